using LusEdge.FFmpeg;

namespace LusEdge.Capture.Frames;

/// <summary>
/// A captured frame: the sector in 8-bit full-range gray, still in FFmpeg's own buffer. It has one owner at a time, who disposes
/// it exactly once. Its pixels are then reused, so keep no reference to them.
/// </summary>
public sealed class CapturedFrame : IDisposable
{
    private readonly FramePool _pool;
    private int _leased;

    internal CapturedFrame(FramePool pool) => _pool = pool;

    /// <summary>Counts from 0 over all captured frames of the feed, across reopenings and loops.</summary>
    public long Number { get; internal set; }

    /// <summary>Presentation time in the source, null if it has none. Jumps when a feed restarts, so never order by it.</summary>
    public TimeSpan? Pts { get; internal set; }

    /// <summary>
    /// Capture time as a timestamp of the feed's <see cref="TimeProvider"/>: when the picture's last data had been read.
    /// </summary>
    public long Timestamp { get; internal set; }

    /// <summary>
    /// The picture was sent at most this long before it was decoded; zero where nothing can hold pictures back, such as in a
    /// file.
    /// </summary>
    public TimeSpan MaxAge { get; internal set; }

    /// <summary>Capture time in UTC, from the monotonic clock: jumps only when the feed is reopened.</summary>
    public DateTimeOffset CapturedAt { get; internal set; }

    /// <summary>Size of the picture in the source.</summary>
    public PictureSize SourceSize { get; internal set; }

    /// <summary>Width of the source's picture in pixels.</summary>
    public int SourceWidth => SourceSize.Width;

    /// <summary>Height of the source's picture in pixels.</summary>
    public int SourceHeight => SourceSize.Height;

    /// <summary>Width of the sector in pixels, 0 without a picture.</summary>
    public int Width => HasPicture ? Gray.Width : 0;

    /// <summary>Height of the sector in pixels, 0 without a picture.</summary>
    public int Height => HasPicture ? Gray.Height : 0;

    /// <summary>Whether the picture was damaged in transit or depends on one that was.</summary>
    public bool IsDamaged { get; internal set; }

    /// <summary>Whether the sector lies within the source's picture. False if the source has become smaller.</summary>
    public bool CropFits { get; internal set; }

    /// <summary>Whether this is the first frame handed over after the feed was opened, reopened or looped.</summary>
    public bool StartsClip { get; internal set; }

    /// <summary>Whether there are pixels to read.</summary>
    public bool HasPicture => Gray.HasPixels;

    /// <summary>The picture's buffer.</summary>
    internal Picture Gray { get; } = new();

    /// <summary>A row of the sector: <see cref="Width"/> gray values, 0 black to 255 white.</summary>
    /// <param name="y">From 0 at the top.</param>
    /// <exception cref="InvalidOperationException">There is no picture.</exception>
    public ReadOnlySpan<byte> Row(int y) => Gray.Row(y);

    /// <summary>Returns the frame to its pool. Only the first call after its capture has an effect.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _leased, 0) == 0) return;
        Gray.Clear();
        _pool.Ledger.Released();
        _pool.Return(this);
    }

    /// <summary>Marks the frame as captured: it now counts and has an owner.</summary>
    internal void Lease()
    {
        System.Diagnostics.Debug.Assert(_leased == 0, "a frame was captured twice");
        _leased = 1;
        _pool.Ledger.Captured();
    }

    internal void Free() => Gray.Dispose();
}
