using System.Numerics;
using LusEdge.Capture.Frames;

namespace LusEdge.Preprocess;

/// <summary>
/// Turns a captured frame into the model's input: the sector's gray pixels as they are, masked, row by row without padding.
/// Resizing and normalisation happen inside the model file. Reports what the picture shows.
/// </summary>
/// <remarks>One thread at a time; allocates nothing per frame.</remarks>
public sealed class Preprocessor
{
    private readonly SectorMask? _mask;

    /// <summary>Creates a preprocessor for one feed.</summary>
    /// <param name="options">The mask.</param>
    /// <param name="feed">The feed, which has been open once.</param>
    /// <exception cref="PreprocessException">The mask can't be used.</exception>
    public Preprocessor(PreprocessOptions options, FeedDescription feed)
    {
        Geometry = feed.Geometry;
        (Width, Height) = feed.FrameSize;
        _mask = options.Mask is { } path ? SectorMask.Load(path, Width, Height) : null;
    }

    /// <summary>The size of the source's pictures.</summary>
    public PictureSize Geometry { get; }

    /// <summary>Width of the input in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the input in pixels.</summary>
    public int Height { get; }

    /// <summary>
    /// Whether the input holds the last frame's picture. If not, it still holds an older one, which must not be graded again.
    /// </summary>
    public bool HoldsPicture { get; private set; }

    /// <summary>Fills the model's input.</summary>
    /// <param name="frame">Still owned by the caller.</param>
    /// <param name="input">
    /// Receives <see cref="Width"/> x <see cref="Height"/> gray values, row by row, if the frame has a picture of this size, even
    /// one that can't be trusted. Otherwise it stays unchanged.
    /// </param>
    /// <returns>What the picture shows; <see cref="FreezeDetector"/> measures <see cref="PictureFacts.StillFor"/>.</returns>
    public PictureFacts Fill(CapturedFrame frame, Span<byte> input)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, Width * Height);
        HoldsPicture = frame.HasPicture && frame.Width == Width && frame.Height == Height;
        return new PictureFacts
        {
            IsDamaged = frame.IsDamaged,
            FitsGeometry = HoldsPicture && frame.SourceSize == Geometry,
            MeanGray = HoldsPicture ? Copy(frame, input) : 0,
        };
    }

    /// <summary>Copies the rows.</summary>
    /// <returns>The mean of the kept pixels.</returns>
    private float Copy(CapturedFrame frame, Span<byte> input)
    {
        long sum = 0;
        for (int y = 0; y < Height; y++)
        {
            Span<byte> row = input.Slice(y * Width, Width);
            if (_mask is null) frame.Row(y).CopyTo(row);
            else _mask.Apply(frame.Row(y), y, row);
            sum += Sum(row);
        }

        return (float)sum / (_mask?.Kept ?? Width * Height);
    }

    /// <summary>
    /// Vectorized: pixel by pixel, this was the pipeline's own largest cost, 2 % of the total on an 800x640 picture.
    /// </summary>
    internal static long Sum(ReadOnlySpan<byte> row)
    {
        // Each step adds at most 2 x 255 to a 16-bit element.
        const int StepsToFull = ushort.MaxValue / (2 * byte.MaxValue);
        long sum = 0;
        while (row.Length >= Vector<byte>.Count)
        {
            var sums = Vector<ushort>.Zero;
            for (int step = 0; step < StepsToFull && row.Length >= Vector<byte>.Count; step++)
            {
                Vector.Widen(new Vector<byte>(row), out Vector<ushort> low, out Vector<ushort> high);
                sums += low + high;
                row = row[Vector<byte>.Count..];
            }

            Vector.Widen(sums, out Vector<uint> left, out Vector<uint> right);
            sum += Vector.Sum(left + right);
        }

        foreach (byte pixel in row) sum += pixel;
        return sum;
    }
}
