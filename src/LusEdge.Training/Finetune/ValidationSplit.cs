using LusEdge.Training.Experiments;

namespace LusEdge.Training.Finetune;

/// <summary>Sets some of the training patients aside, by whom the best epoch is chosen.</summary>
internal static class ValidationSplit
{
    private const ulong Stream = 7;

    /// <summary>Splits. The same samples and seed give the same split. A grade's last patient is trained on, whatever the share.</summary>
    /// <param name="samples">The training frames.</param>
    /// <param name="experiment">Says whether, and how many.</param>
    /// <exception cref="TrainingException">Nobody can be spared.</exception>
    public static (IReadOnlyList<Sample> Learnt, IReadOnlyList<Sample> Validated) Of(IReadOnlyList<Sample> samples, Experiment experiment)
    {
        if (experiment.Finetune.Patience == 0) return (samples, []);
        var random = new SeededRandom((ulong)experiment.Seed, Stream);
        List<string> patients = [.. samples.Select(sample => sample.Clip.Patient).Distinct()];
        if (patients.Count < 2)
            throw new TrainingException(TrainingFailure.BadIndex, $"{experiment.Index}: there is one patient to train on; nobody can be validated on. Set finetune.patience to 0.");
        int wanted = Math.Clamp((int)Math.Round(patients.Count * experiment.Finetune.Validation), 1, patients.Count - 1);
        Dictionary<string, HashSet<int>> gradesOf = samples.GroupBy(sample => sample.Clip.Patient).ToDictionary(patient => patient.Key, patient => patient.Select(sample => sample.Class).ToHashSet());
        int[] left = [.. Enumerable.Range(0, samples.Max(sample => sample.Class) + 1).Select(grade => gradesOf.Values.Count(grades => grades.Contains(grade)))];
        HashSet<string> aside = [];
        while (aside.Count < wanted && patients.Count > 0)
        {
            int i = random.Whole(0, patients.Count - 1);
            string patient = patients[i];
            patients.RemoveAt(i);
            if (gradesOf[patient].Any(grade => left[grade] == 1)) continue;
            foreach (int grade in gradesOf[patient]) left[grade]--;
            aside.Add(patient);
        }

        if (aside.Count == 0)
            throw new TrainingException(TrainingFailure.BadIndex, $"{experiment.Index}: each training patient is the only one of a grade; nobody can be validated on. Set finetune.patience to 0, or add patients.");

        ILookup<bool, Sample> split = samples.ToLookup(sample => aside.Contains(sample.Clip.Patient));
        return ([.. split[false]], [.. split[true]]);
    }
}
