using LusEdge.Training.Experiments;

namespace LusEdge.Training.Finetune;

/// <summary>Sets some of the training patients aside for choosing the best epoch.</summary>
internal static class ValidationSplit
{
    private const ulong Stream = 7;

    /// <summary>
    /// Splits the samples. The same samples and seed give the same split. The last patient with a grade is always trained on.
    /// </summary>
    /// <param name="samples">The training frames.</param>
    /// <param name="experiment">Determines whether to validate, and with which share of the patients.</param>
    /// <exception cref="TrainingException">No patient can be set aside.</exception>
    public static (IReadOnlyList<Sample> Training, IReadOnlyList<Sample> Validation) Of(
        IReadOnlyList<Sample> samples, Experiment experiment)
    {
        if (experiment.Finetune.Patience == 0) return (samples, []);
        var random = new SeededRandom((ulong)experiment.Seed, Stream);
        List<string> patients = [.. samples.Select(sample => sample.Clip.Patient).Distinct()];
        if (patients.Count < 2)
            throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{experiment.Index}: there is only one patient to train on, so none can be set aside for validation. "
                    + "Set finetune.patience to 0.");
        int wanted = Math.Clamp((int)Math.Round(patients.Count * experiment.Finetune.Validation), 1, patients.Count - 1);
        Dictionary<string, HashSet<int>> gradesOf = samples.GroupBy(sample => sample.Clip.Patient)
            .ToDictionary(patient => patient.Key, patient => patient.Select(sample => sample.Class).ToHashSet());
        int[] left = [.. Enumerable.Range(0, samples.Max(sample => sample.Class) + 1)
            .Select(grade => gradesOf.Values.Count(grades => grades.Contains(grade)))];
        HashSet<string> aside = [];
        while (aside.Count < wanted && patients.Count > 0)
        {
            int i = random.Integer(0, patients.Count - 1);
            string patient = patients[i];
            patients.RemoveAt(i);
            if (gradesOf[patient].Any(grade => left[grade] == 1)) continue;
            foreach (int grade in gradesOf[patient]) left[grade]--;
            aside.Add(patient);
        }

        if (aside.Count == 0)
            throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{experiment.Index}: each training patient is the only one with some grade, so none can be set aside for "
                    + "validation. Set finetune.patience to 0, or add patients.");

        ILookup<bool, Sample> split = samples.ToLookup(sample => aside.Contains(sample.Clip.Patient));
        return ([.. split[false]], [.. split[true]]);
    }
}
