namespace LusEdge.Training.Evaluate;

/// <summary>
/// What leaving out the least sure pictures is worth: the share of wrong grades among the surest ones, by how many are kept (El-Yaniv and Wiener
/// 2010, J Mach Learn Res 11:1605-1641). Pictures of the same confidence come in no order: their errors are spread evenly over them.
/// </summary>
/// <param name="Area">The risk averaged over every number of pictures kept, from one to all. No skill in confidence gives the overall risk.</param>
/// <param name="Risks">The risk at <see cref="Coverages"/>.</param>
internal sealed record RiskCoverage(double Area, IReadOnlyList<double> Risks)
{
    /// <summary>Shares of the pictures that are kept, in ascending order; of a sample, the next whole number of pictures.</summary>
    public static readonly IReadOnlyList<double> Coverages = [.. Enumerable.Range(1, 20).Select(i => i / 20.0)];

    /// <summary>Share of right grades among the surest.</summary>
    /// <param name="coverage">One of <see cref="Coverages"/>.</param>
    public double AccuracyAt(double coverage) => 1 - Risks[Enumerable.Range(0, Coverages.Count).MinBy(i => Math.Abs(Coverages[i] - coverage))];
}
