namespace LusEdge.Training.Evaluate;

/// <summary>
/// How well confidence matches accuracy: the highest probability in ten bins of equal width, and the share of right grades in
/// each (reliability diagram and expected calibration error: Guo et al. 2017, arXiv 1706.04599).
/// </summary>
/// <param name="bins">For each bin: the number of items, how many of them are right, and the sum of their confidences.</param>
internal sealed class Reliability(IReadOnlyList<(int Count, int Right, double Confidence)> bins)
{
    /// <summary>Bins of equal width from 0 to 1; the upper edge belongs to the next bin.</summary>
    public const int Bins = 10;

    /// <summary>For each bin: the number of items, how many of them are right, and the sum of their confidences.</summary>
    public IReadOnlyList<(int Count, int Right, double Confidence)> Counts => bins;

    /// <summary>Mean distance between confidence and accuracy, weighted by the number of items in each bin.</summary>
    public double CalibrationError => bins.Sum(bin => Math.Abs(bin.Confidence - bin.Right)) / bins.Sum(bin => bin.Count);

    /// <summary>The bin of a confidence.</summary>
    public static int BinOf(float confidence) => Math.Min((int)(confidence * Bins), Bins - 1);
}
