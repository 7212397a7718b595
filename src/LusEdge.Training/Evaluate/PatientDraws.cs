
namespace LusEdge.Training.Evaluate;

/// <summary>
/// Patients drawn anew, as many as there are, each time with replacement (the bootstrap, Efron 1979, Ann Stat 7:1-26): patients and not pictures,
/// because those of one patient are nearly the same. The same draws for every figure and rule of a set, so that they can be compared.
/// </summary>
internal sealed class PatientDraws
{
    /// <summary>How many draws.</summary>
    public const int Count = 2000;

    private const double Tail = 0.025;
    private const int ReportEvery = 100;

    private readonly int[][] _times;
    private readonly int[] _once;

    /// <param name="patients">How many patients the set has.</param>
    public PatientDraws(int patients)
    {
        var random = new SeededRandom(1);
        _once = [.. Enumerable.Repeat(1, patients)];
        _times = [.. Enumerable.Range(0, Count).Select(_ =>
        {
            var times = new int[patients];
            for (int i = 0; i < patients; i++) times[random.Whole(0, patients - 1)]++;
            return times;
        })];
    }

    /// <summary>Measures the sample itself and every draw.</summary>
    /// <param name="sample">Its patients are those that were drawn.</param>
    /// <param name="stage">What is measured, for the progress.</param>
    /// <param name="progress">Told now and then, or null.</param>
    /// <param name="cancel">Stops.</param>
    public DrawnFigures Measure(GradedSample sample, string stage, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        var drawn = new Measured[Count];
        int done = 0;
        Parallel.For(0, Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            drawn[i] = sample.Measure(_times[i]);
            if (Interlocked.Increment(ref done) is var count && count % ReportEvery == 0) progress?.Report(new WorkProgress(stage, count, Count));
        });
        return new DrawnFigures(sample.Measure(_once), drawn);
    }

    /// <summary>Where the middle 95 % of sorted values begin and end.</summary>
    internal static (double Low, double High) Interval(IReadOnlyList<double> sorted) => (sorted[(int)(sorted.Count * Tail)], sorted[(int)(sorted.Count * (1 - Tail))]);
}

/// <summary>What was measured on a sample, and on every draw of its patients.</summary>
/// <param name="All">The sample as it is.</param>
/// <param name="Drawn">The draws.</param>
internal sealed record DrawnFigures(Measured All, IReadOnlyList<Measured> Drawn)
{
    /// <summary>
    /// One figure with its interval; null where it is undefined. A draw that happens to lack what the figure needs (a class without a picture) is left out.
    /// </summary>
    public Figure? Of(Func<Measured, double> figure)
    {
        double value = figure(All);
        if (!double.IsFinite(value)) return null;
        double[] sorted = [.. Drawn.Select(figure).Where(double.IsFinite).Order()];
        (double low, double high) = sorted.Length > 0 ? PatientDraws.Interval(sorted) : (value, value);
        return new Figure(Math.Round(value, 4), Math.Round(low, 4), Math.Round(high, 4));
    }
}
