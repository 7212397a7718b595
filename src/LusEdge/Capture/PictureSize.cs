using System.Globalization;

namespace LusEdge.Capture;

/// <summary>The size of a picture.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct PictureSize(int Width, int Height)
{
    /// <summary>For instance <c>1280x1024</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    /// <summary>Reads <c>WxH</c>.</summary>
    internal static bool TryParse(string text, out PictureSize size)
    {
        size = default;
        int cross = text.IndexOf('x', StringComparison.Ordinal);
        if (cross < 0
            || !int.TryParse(text.AsSpan(0, cross), NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            || !int.TryParse(text.AsSpan(cross + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            || width == 0 || height == 0) return false;
        size = new PictureSize(width, height);
        return true;
    }
}
