using System.Text;

namespace LusEdge.Preprocess;

/// <summary>An 8-bit gray picture from a binary PGM file (P5).</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Pixels">One byte per pixel, row by row.</param>
internal sealed record PgmPicture(int Width, int Height, byte[] Pixels)
{
    /// <summary>The largest allowed size of a file in bytes: twice an 8K picture.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>Parses a file's content.</summary>
    /// <returns>Null if it is not a complete PGM.</returns>
    public static PgmPicture? Parse(ReadOnlySpan<byte> file)
    {
        const int LargestSide = 1 << 14;
        const int Maximum = 255;
        if (!file.StartsWith("P5"u8)) return null;
        int at = 2;
        if (Number(file, ref at) is not { } width
            || Number(file, ref at) is not { } height
            || Number(file, ref at) is not { } maximum)
        {
            return null;
        }

        if (width is 0 or > LargestSide || height is 0 or > LargestSide || maximum is 0 or > Maximum) return null;

        // One blank after the header, then the pixels.
        at++;
        return file.Length - at < width * height ? null : new PgmPicture(width, height, file.Slice(at, width * height).ToArray());
    }

    /// <summary>The next number of the header, after blanks and comments.</summary>
    private static int? Number(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (file[at] == '#' || IsBlank(file[at])))
        {
            if (file[at] != '#')
            {
                at++;
                continue;
            }

            int lineEnd = file[at..].IndexOf((byte)'\n');
            if (lineEnd < 0) return null;
            at += lineEnd + 1;
        }

        int start = at;
        while (at < file.Length && char.IsAsciiDigit((char)file[at])) at++;
        return int.TryParse(Encoding.ASCII.GetString(file[start..at]), out int number) ? number : null;
    }

    private static bool IsBlank(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
