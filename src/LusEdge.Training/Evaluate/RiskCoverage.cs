namespace LusEdge.Training.Evaluate;

/// <summary>
/// What is gained by leaving out the least confident pictures: the share of wrong grades among the most confident ones, by how
/// many are kept (El-Yaniv and Wiener 2010, J Mach Learn Res 11:1605-1641). Pictures of equal confidence have no order: their
/// errors are spread evenly over them.
/// </summary>
/// <param name="Area">
/// The risk averaged over every number of pictures kept, from one to all. It equals the overall risk if confidence carries no
/// information.
/// </param>
/// <param name="Risks">The risk at <see cref="Coverages"/>.</param>
internal sealed record RiskCoverage(double Area, IReadOnlyList<double> Risks)
{
    /// <summary>
    /// The shares of pictures kept, in ascending order. Of a sample, each is rounded up to a whole number of pictures.
    /// </summary>
    public static readonly IReadOnlyList<double> Coverages = [.. Enumerable.Range(1, 20).Select(i => i / 20.0)];

    /// <summary>Share of right grades among the most confident pictures.</summary>
    /// <param name="coverage">One of <see cref="Coverages"/>.</param>
    public double AccuracyAt(double coverage) =>
        1 - Risks[Enumerable.Range(0, Coverages.Count).MinBy(i => Math.Abs(Coverages[i] - coverage))];
}
