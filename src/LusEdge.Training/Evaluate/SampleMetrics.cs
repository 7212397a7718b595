namespace LusEdge.Training.Evaluate;

/// <summary>All measurements of one sample, or of one draw of its patients.</summary>
/// <param name="Confusion">The counts, and the figures that follow from them.</param>
/// <param name="Auc">
/// For each class, the probability that a picture of the class gets a higher probability of it than a picture of another class; a
/// tie counts half (one against the rest; Hanley and McNeil 1982, Radiology 143:29-36). NaN if either side is empty. Null without
/// probabilities, like all parameters below.
/// </param>
/// <param name="Reliability">Confidence and accuracy by bin.</param>
/// <param name="Brier">
/// Mean of the squared distances between probabilities and truth, summed over the classes: 0 to 2 (Brier 1950, Mon Weather Rev
/// 78:1-3).
/// </param>
/// <param name="RiskCoverage">What is gained by leaving out the least confident.</param>
internal sealed record SampleMetrics(
    ConfusionMatrix Confusion, IReadOnlyList<double>? Auc, Reliability? Reliability, double Brier, RiskCoverage? RiskCoverage)
{
    /// <summary>
    /// The AUC averaged with equal weight over the classes that have one (compare Hand and Till 2001, Mach Learn 45:171-186).
    /// </summary>
    public double MacroAuc => Auc?.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average() ?? double.NaN;
}
