namespace LusEdge.Training.Evaluate;

/// <summary>Everything that is measured on one sample, or on one draw of its patients.</summary>
/// <param name="Confusion">Counts, and what follows from them alone.</param>
/// <param name="Auc">
/// For each class, the chance that a picture of the class has a higher probability of it than one of another class, ties counted by half
/// (one against the rest; Hanley and McNeil 1982, Radiology 143:29-36). NaN where a side is empty. Null without probabilities, as all below.
/// </param>
/// <param name="Reliability">Confidence in bins.</param>
/// <param name="Brier">Mean of the squared distances between probabilities and truth, summed over the classes: 0 to 2 (Brier 1950, Mon Weather Rev 78:1-3).</param>
/// <param name="RiskCoverage">What leaving out the least sure is worth.</param>
internal sealed record Measured(
    ConfusionMatrix Confusion, IReadOnlyList<double>? Auc, Reliability? Reliability, double Brier, RiskCoverage? RiskCoverage)
{
    /// <summary>The classes' areas averaged, each of the same weight, over those that have one (compare Hand and Till 2001, Mach Learn 45:171-186).</summary>
    public double MacroAuc => Auc?.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average() ?? double.NaN;
}
