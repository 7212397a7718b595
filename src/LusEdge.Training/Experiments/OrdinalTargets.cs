namespace LusEdge.Training.Experiments;

/// <summary>
/// Soft targets for ordered classes (SORD, Diaz and Marathe 2019): a class's share falls with its squared distance from the
/// truth, so that a near miss costs less than a far one.
/// </summary>
internal static class OrdinalTargets
{
    /// <summary>So steep that nothing is left for a neighbour: cross-entropy with the label alone.</summary>
    public const float Hard = 1e6f;

    /// <summary>A neighbour gets e^-3 of the truth's share: enough to teach the order, little enough to stay sure.</summary>
    private const float Steepness = 3;

    /// <summary>One row a class.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="steepness">Lower where the labels themselves are often a grade off.</param>
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
