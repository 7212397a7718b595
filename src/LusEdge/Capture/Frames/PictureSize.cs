using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LusEdge.Capture.Frames;

/// <summary>The size of a picture.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct PictureSize(int Width, int Height) : IParsable<PictureSize>
{
    /// <summary>For instance <c>1280x1024</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    /// <summary>Reads <c>WxH</c>.</summary>
    /// <exception cref="FormatException">It is malformed, or a side is 0.</exception>
    public static PictureSize Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out PictureSize size) ? size : throw new FormatException($"\"{s}\" is not WxH in pixels, both above 0.");

    /// <summary>Reads <c>WxH</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PictureSize result)
    {
        result = default;
        int cross = s?.IndexOf('x', StringComparison.Ordinal) ?? -1;
        if (cross < 0
            || !int.TryParse(s.AsSpan(0, cross), NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            || !int.TryParse(s.AsSpan(cross + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            || width == 0 || height == 0) return false;
        result = new PictureSize(width, height);
        return true;
    }
}
