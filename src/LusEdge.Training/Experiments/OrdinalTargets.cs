namespace LusEdge.Training.Experiments;

/// <summary>
/// Soft targets for ordered classes (SORD, Diaz and Marathe 2019). A class's share decreases with its squared distance from the
/// true class, so that a near miss costs less than a far one.
/// </summary>
internal static class OrdinalTargets
{
    /// <summary>So steep that nothing is left for the neighbours: cross-entropy with the label only.</summary>
    public const float Hard = 1e6f;

    /// <summary>
    /// A neighbour gets e^-3 of the true class's share: enough to teach the order, little enough to keep the network confident.
    /// </summary>
    private const float Steepness = 3;

    /// <summary>Computes one row of targets per class.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="steepness">Use a lower value if the labels themselves are often off by one grade.</param>
    /// <returns>Row-major [classes, classes]; every row adds up to 1.</returns>
    public static float[] Table(int classes, float steepness = Steepness)
    {
        var table = new float[classes * classes];
        for (int truth = 0; truth < classes; truth++)
        {
            Span<float> row = table.AsSpan(truth * classes, classes);
            float sum = 0;
            for (int i = 0; i < classes; i++) sum += row[i] = MathF.Exp(-steepness * (i - truth) * (i - truth));
            foreach (ref float share in row) share /= sum;
        }

        return table;
    }
}
