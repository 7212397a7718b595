namespace LusEdge.Training.Clips;

/// <summary>
/// Stretches a picture exactly as the exported file does (ONNX Resize: linear, half-pixel, no antialiasing), so that the network
/// is trained on the same pixels that it gets on the appliance.
/// </summary>
internal static class Stretch
{
    /// <summary>Resamples part of a gray picture.</summary>
    /// <param name="picture">Gray levels, rows of <paramref name="width"/>.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="part">The part to resample, in pixels; it must be inside the picture.</param>
    /// <param name="mirrored">Swaps left and right.</param>
    /// <param name="target">Gray levels 0-255, rows of <paramref name="targetWidth"/>.</param>
    /// <param name="targetWidth">Width of the result in pixels.</param>
    public static void Resample(
        ReadOnlySpan<byte> picture, int width, (int X, int Y, int Width, int Height) part, bool mirrored, Span<float> target,
        int targetWidth)
    {
        int targetHeight = target.Length / targetWidth;
        float stepX = (float)part.Width / targetWidth, stepY = (float)part.Height / targetHeight;
        for (int row = 0; row < targetHeight; row++)
        {
            float y = Math.Clamp((row + 0.5f) * stepY - 0.5f, 0, part.Height - 1);
            int top = (int)y, bottom = Math.Min(top + 1, part.Height - 1);
            ReadOnlySpan<byte> upper = picture.Slice((part.Y + top) * width + part.X, part.Width);
            ReadOnlySpan<byte> lower = picture.Slice((part.Y + bottom) * width + part.X, part.Width);
            for (int column = 0; column < targetWidth; column++)
            {
                float x = Math.Clamp((column + 0.5f) * stepX - 0.5f, 0, part.Width - 1);
                int left = (int)x, right = Math.Min(left + 1, part.Width - 1);
                float across = x - left, down = y - top;
                float above = upper[left] + (upper[right] - upper[left]) * across;
                float below = lower[left] + (lower[right] - lower[left]) * across;
                target[row * targetWidth + (mirrored ? targetWidth - 1 - column : column)] = above + (below - above) * down;
            }
        }
    }
}
