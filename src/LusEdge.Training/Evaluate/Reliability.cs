namespace LusEdge.Training.Evaluate;

/// <summary>
/// How far confidence can be taken at its word: the highest probability in ten bins of equal width, and in each the share that is right
/// (reliability diagram and expected calibration error: Guo et al. 2017, arXiv 1706.04599).
/// </summary>
/// <param name="bins">For each bin: how many fell into it, how many of them are right, and the sum of their confidence.</param>
internal sealed class Reliability(IReadOnlyList<(int Count, int Right, double Confidence)> bins)
{
    /// <summary>Bins of equal width from 0 to 1; the upper edge belongs to the next bin.</summary>
    public const int Bins = 10;

    /// <summary>For each bin: how many fell into it, how many of them are right, and the sum of their confidence.</summary>
    public IReadOnlyList<(int Count, int Right, double Confidence)> Counts => bins;

    /// <summary>Mean distance between confidence and the share that is right, each bin weighing what is in it.</summary>
    public double CalibrationError => bins.Sum(bin => Math.Abs(bin.Confidence - bin.Right)) / bins.Sum(bin => bin.Count);

    /// <summary>Where a confidence belongs.</summary>
    public static int BinOf(float confidence) => Math.Min((int)(confidence * Bins), Bins - 1);
}
