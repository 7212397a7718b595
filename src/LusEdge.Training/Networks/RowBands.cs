namespace LusEdge.Training.Networks;

/// <summary>
/// Horizontal bands of equal height. The pleura is near the top of the picture and its artefacts are below it, so the vertical
/// position of a feature matters and the horizontal position does not. A row that overlaps two bands contributes to both in
/// proportion.
/// </summary>
internal static class RowBands
{
    /// <summary>Computes the weight of each row in the mean of each band.</summary>
    /// <param name="bands">The number of bands, from the top.</param>
    /// <param name="rows">The number of rows.</param>
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
