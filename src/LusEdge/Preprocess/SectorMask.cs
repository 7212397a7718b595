using System.Numerics.Tensors;
using LusEdge.Machine;

namespace LusEdge.Preprocess;

/// <summary>
/// The sector's pixels to keep: one byte per pixel, row by row, 255 to keep it and 0 to blank it, ready for a bitwise AND.
/// </summary>
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

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Number of kept pixels.</summary>
    public int Kept { get; }

    /// <summary>Reads a mask and checks it against the sector's size.</summary>
    /// <exception cref="PreprocessException">It is missing, unreadable, of a different size or empty.</exception>
    public static SectorMask Load(string path, int width, int height)
    {
        byte[] file;
        try
        {
            file = BoundedFile.ReadAllBytes(path, PgmPicture.MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PreprocessException(
                PreprocessFailure.MaskNotFound,
                $"Preprocess:Mask: {path} can't be read: {e.Message} Check the path and its permissions.",
                e);
        }

        SectorMask mask = Parse(file)
            ?? throw new PreprocessException(
                PreprocessFailure.MaskUnreadable,
                $"Preprocess:Mask: {path} is not a complete 8-bit binary PGM (P5); save the mask as one.");
        if (mask.Width != width || mask.Height != height)
        {
            throw new PreprocessException(
                PreprocessFailure.MaskSizeMismatch,
                $"Preprocess:Mask: {path} is {mask.Width}x{mask.Height} but the sector is {width}x{height}; "
                + "make them the same size.");
        }

        if (mask.Kept == 0)
        {
            throw new PreprocessException(
                PreprocessFailure.MaskEmpty, $"Preprocess:Mask: {path} keeps no pixels; paint the area to keep white.");
        }

        return mask;
    }

    /// <summary>Copies a row of the picture, with 0 for pixels that are not kept.</summary>
    public void Apply(ReadOnlySpan<byte> row, int y, Span<byte> output) =>
        TensorPrimitives.BitwiseAnd(row, _keep.AsSpan(y * Width, Width), output);

    private static SectorMask? Parse(ReadOnlySpan<byte> file)
    {
        if (PgmPicture.Parse(file) is not { } picture) return null;
        foreach (ref byte pixel in picture.Pixels.AsSpan()) pixel = pixel == 0 ? (byte)0 : (byte)255;
        return new SectorMask(picture.Width, picture.Height, picture.Pixels);
    }
}
