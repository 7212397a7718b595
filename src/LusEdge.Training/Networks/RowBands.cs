namespace LusEdge.Training.Networks;

/// <summary>
/// Horizontal bands of equal height: the pleura lies near the top of the picture and what it casts lies below, so where
/// something shows matters, and left or right does not. A row that lies in two bands counts in both by its share.
/// </summary>
internal static class RowBands
{
    /// <summary>What each row weighs in each band's mean.</summary>
    /// <param name="bands">Number of bands, from the top.</param>
    /// <param name="rows">Number of rows.</param>
    /// <returns>Row-major [bands, rows]; every band adds up to 1.</returns>
    public static float[] Weights(int bands, int rows)
    {
        var weights = new float[bands * rows];
        float height = (float)rows / bands;
        for (int band = 0; band < bands; band++)
        {
            for (int row = 0; row < rows; row++)
            {
                float shared = MathF.Min(row + 1, (band + 1) * height) - MathF.Max(row, band * height);
                weights[band * rows + row] = MathF.Max(0, shared) / height;
            }
        }

        return weights;
    }
}
