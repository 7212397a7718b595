using System.Numerics.Tensors;
using System.Text;

namespace LusEdge.Preprocess;

/// <summary>Which pixels of the sector are kept: a byte a pixel, row by row, 255 for those kept and 0 for the others, ready to be and-ed.</summary>
internal sealed class SectorMask
{
    private readonly byte[] _keep;

    private SectorMask(int width, int height, byte[] keep)
    {
        Width = width;
        Height = height;
        _keep = keep;
        Kept = keep.Length - keep.AsSpan().Count((byte)0);
    }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>Pixels that are kept.</summary>
    public int Kept { get; }

    /// <summary>Reads a mask and holds it against the sector's size.</summary>
    /// <exception cref="PreprocessException">Missing, unreadable, of another size, or empty.</exception>
    public static SectorMask Load(string path, int width, int height)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PreprocessException(PreprocessFailure.MaskNotFound, $"Preprocess:Mask: {path} can't be read; check the path and its permissions.", e);
        }

        SectorMask mask = Parse(file)
            ?? throw new PreprocessException(PreprocessFailure.MaskUnreadable, $"Preprocess:Mask: {path} is no whole 8-bit binary PGM (P5); save the mask as one.");
        if (mask.Width != width || mask.Height != height)
        {
            throw new PreprocessException(
                PreprocessFailure.MaskOfOtherSize,
                $"Preprocess:Mask: {path} is {mask.Width}x{mask.Height} but the sector is {width}x{height}; make the mask of the sector's size.");
        }

        if (mask.Kept == 0) throw new PreprocessException(PreprocessFailure.MaskEmpty, $"Preprocess:Mask: {path} keeps no pixel; paint what is to be kept white.");
        return mask;
    }

    /// <summary>Copies a row of the picture, pixels that are not kept as 0.</summary>
    public void Apply(ReadOnlySpan<byte> row, int y, Span<byte> output) =>
        TensorPrimitives.BitwiseAnd(row, _keep.AsSpan(y * Width, Width), output);

    private static SectorMask? Parse(ReadOnlySpan<byte> file)
    {
        const int LargestSide = 1 << 14;
        const int Maximum = 255;
        if (!file.StartsWith("P5"u8)) return null;
        int at = 2;
        if (Number(file, ref at) is not { } width || Number(file, ref at) is not { } height || Number(file, ref at) is not { } maximum) return null;
        if (width is 0 or > LargestSide || height is 0 or > LargestSide || maximum is 0 or > Maximum) return null;

        // One blank after the header, then the pixels.
        at++;
        if (file.Length - at < width * height) return null;
        byte[] keep = file.Slice(at, width * height).ToArray();
        foreach (ref byte pixel in keep.AsSpan()) pixel = pixel == 0 ? (byte)0 : (byte)255;
        return new SectorMask(width, height, keep);
    }

    /// <summary>The next number of the header, past blanks and comments.</summary>
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
