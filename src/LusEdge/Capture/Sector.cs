using System.Globalization;

namespace LusEdge.Capture;

/// <summary>The rectangle of the picture that is looked at, in pixels from the upper left corner.</summary>
public readonly record struct Sector(int X, int Y, int Width, int Height)
{
    /// <summary>The crop in FFmpeg's filter syntax. Exact: without it an odd offset would be rounded to whole chroma samples.</summary>
    public string Filter => string.Create(CultureInfo.InvariantCulture, $"crop={Width}:{Height}:{X}:{Y}:exact=1");

    /// <summary>Reads <c>x,y,w,h</c>.</summary>
    public static bool TryParse(string text, out Sector sector)
    {
        sector = default;
        Span<int> numbers = stackalloc int[4];
        ReadOnlySpan<char> characters = text;
        int count = 0;
        foreach (Range part in characters.Split(','))
        {
            if (count == numbers.Length || !int.TryParse(characters[part], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count])) return false;
            count++;
        }

        if (count != numbers.Length || numbers[2] == 0 || numbers[3] == 0) return false;
        sector = new Sector(numbers[0], numbers[1], numbers[2], numbers[3]);
        return true;
    }

    /// <summary>Whether all of it lies within a picture.</summary>
    public bool Fits(PictureSize picture) => (long)X + Width <= picture.Width && (long)Y + Height <= picture.Height;

    /// <summary>As in the configuration.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X},{Y},{Width},{Height}");
}
