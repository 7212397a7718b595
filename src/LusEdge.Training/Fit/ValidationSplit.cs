using LusEdge.Training.Clips;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Fit;

/// <summary>Sets some of the training patients aside, by whom the best epoch is chosen.</summary>
internal static class ValidationSplit
{
    private const ulong Stream = 7;

    /// <summary>Splits. The same samples and seed give the same split.</summary>
    /// <param name="samples">The training frames.</param>
    /// <param name="experiment">Says whether, and how many.</param>
    public static (IReadOnlyList<Sample> Learnt, IReadOnlyList<Sample> Validated) Of(IReadOnlyList<Sample> samples, Experiment experiment)
    {
        if (experiment.Finetune.Patience == 0) return (samples, []);
        var random = new SeededRandom((ulong)experiment.Seed, Stream);
        List<string> patients = [.. samples.Select(sample => sample.Clip.Patient).Distinct()];
        if (patients.Count < 2)
            throw new TrainingException(TrainingFailure.BadIndex, $"{experiment.Index}: there is one patient to train on; nobody can be validated on. Set finetune.patience to 0.");
        int wanted = Math.Clamp((int)Math.Round(patients.Count * experiment.Finetune.Validation), 1, patients.Count - 1);
        HashSet<string> aside = [];
        while (aside.Count < wanted)
        {
            int i = random.Whole(0, patients.Count - 1);
            aside.Add(patients[i]);
            patients.RemoveAt(i);
        }

        ILookup<bool, Sample> split = samples.ToLookup(sample => aside.Contains(sample.Clip.Patient));
        return ([.. split[false]], [.. split[true]]);
    }
}
