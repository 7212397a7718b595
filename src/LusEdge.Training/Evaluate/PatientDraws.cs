
namespace LusEdge.Training.Evaluate;

/// <summary>
/// Bootstrap draws of patients with replacement, as many per draw as the set has (Efron 1979, Ann Stat 7:1-26). Patients are
/// drawn instead of pictures, because the pictures of one patient are nearly the same. All figures and rules of a set use the
/// same draws, so that they can be compared.
/// </summary>
internal sealed class PatientDraws
{
    /// <summary>The number of draws.</summary>
    public const int Count = 2000;

    private const double Tail = 0.025;
    private const int ReportEvery = 100;

    private readonly int[][] _times;
    private readonly int[] _once;

    /// <param name="patients">The number of patients in the set.</param>
    public PatientDraws(int patients)
    {
        var random = new SeededRandom(1);
        _once = [.. Enumerable.Repeat(1, patients)];
        _times = [.. Enumerable.Range(0, Count).Select(_ =>
        {
            var times = new int[patients];
            for (int i = 0; i < patients; i++) times[random.Integer(0, patients - 1)]++;
            return times;
        })];
    }

    /// <summary>Measures the sample itself and every draw of it.</summary>
    /// <param name="sample">The sample whose patients are drawn.</param>
    /// <param name="stage">What is being measured, for the progress.</param>
    /// <param name="progress">Receives the progress now and then, or null.</param>
    /// <param name="cancel">Stops the work.</param>
    public DrawnFigures Measure(GradedSample sample, string stage, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        var drawn = new SampleMetrics[Count];
        int done = 0;
        Parallel.For(0, Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            drawn[i] = sample.Measure(_times[i]);
            if (Interlocked.Increment(ref done) is var count && count % ReportEvery == 0)
                progress?.Report(new WorkProgress(stage, count, Count));
        });
        return new DrawnFigures(sample.Measure(_once), drawn);
    }

    /// <summary>The limits of the middle 95 % of sorted values.</summary>
    internal static (double Low, double High) Interval(IReadOnlyList<double> sorted) =>
        (sorted[(int)(sorted.Count * Tail)], sorted[(int)(sorted.Count * (1 - Tail))]);
}

/// <summary>Measurements of a sample and of every draw of its patients.</summary>
/// <param name="All">The sample itself.</param>
/// <param name="Drawn">The draws.</param>
internal sealed record DrawnFigures(SampleMetrics All, IReadOnlyList<SampleMetrics> Drawn)
{
    /// <summary>
    /// One figure with its interval; null if it is undefined. Draws in which it is undefined, for instance because a class has no
    /// picture, are left out.
    /// </summary>
    public Figure? Of(Func<SampleMetrics, double> figure)
    {
        double value = figure(All);
        if (!double.IsFinite(value)) return null;
        double[] sorted = [.. Drawn.Select(figure).Where(double.IsFinite).Order()];
        (double low, double high) = sorted.Length > 0 ? PatientDraws.Interval(sorted) : (value, value);
        return new Figure(Math.Round(value, 4), Math.Round(low, 4), Math.Round(high, 4));
    }
}
