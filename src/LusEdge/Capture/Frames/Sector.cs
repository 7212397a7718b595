using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LusEdge.Capture.Frames;

/// <summary>
/// The part of the picture to grade, in pixels from the upper left corner. The default value is the whole picture.
/// </summary>
public readonly record struct Sector(int X, int Y, int Width, int Height) : IParsable<Sector>
{
    private const string WholePicture = "none";

    /// <summary>Whether it is the whole picture, whatever its size.</summary>
    public bool IsWhole => Width == 0;

    /// <summary>
    /// The crop in FFmpeg's filter syntax. Exact, because otherwise FFmpeg rounds an odd offset to whole chroma samples.
    /// </summary>
    public string Filter => string.Create(CultureInfo.InvariantCulture, $"crop={Width}:{Height}:{X}:{Y}:exact=1");

    /// <summary>Reads <c>x,y,w,h</c>, or <c>none</c> for the whole picture.</summary>
    /// <exception cref="FormatException">It is neither, or w or h is 0.</exception>
    public static Sector Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out Sector sector)
            ? sector
            : throw new FormatException($"\"{s}\" is neither none nor x,y,w,h in pixels, with w and h above 0.");

    /// <summary>Reads <c>x,y,w,h</c>, or <c>none</c> for the whole picture.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Sector result)
    {
        result = default;
        if (s == WholePicture) return true;
        Span<int> numbers = stackalloc int[4];
        ReadOnlySpan<char> characters = s;
        int count = 0;
        foreach (Range part in characters.Split(','))
        {
            if (count == numbers.Length) return false;
            if (!int.TryParse(characters[part], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count])) return false;
            count++;
        }

        if (count != numbers.Length || numbers[2] == 0 || numbers[3] == 0) return false;
        result = new Sector(numbers[0], numbers[1], numbers[2], numbers[3]);
        return true;
    }

    /// <summary>Whether it lies entirely within a picture.</summary>
    public bool Fits(PictureSize picture) => (long)X + Width <= picture.Width && (long)Y + Height <= picture.Height;

    /// <summary>Its size within a picture of the given size.</summary>
    public PictureSize SizeIn(PictureSize picture) => IsWhole ? picture : new PictureSize(Width, Height);

    /// <summary>In the configuration's form.</summary>
    public override string ToString() =>
        IsWhole ? WholePicture : string.Create(CultureInfo.InvariantCulture, $"{X},{Y},{Width},{Height}");
}
