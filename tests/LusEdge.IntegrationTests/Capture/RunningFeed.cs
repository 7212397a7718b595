using System.Diagnostics;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.Metering;
using Microsoft.Extensions.Logging;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>A feed with its ledger; the test plays the pipeline's part.</summary>
internal sealed class RunningFeed(
    CaptureOptions options, TimeProvider time, ILogger<VideoFeed> logger, Action? inspect = null) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public FrameLedger Ledger { get; } = new();

    public VideoFeed Feed => field ??= new VideoFeed(options, Ledger, time, logger)
    {
        Inspect = inspect is null ? null : (_, _) => inspect(),
    };

    /// <summary>The next frame, completed in the ledger; null at the end.</summary>
    public SeenFrame? Next()
    {
        long start = Stopwatch.GetTimestamp();
        TakeResult taken;
        CapturedFrame? frame;
        while ((taken = Feed.Take(TimeSpan.FromSeconds(1), out frame)) == TakeResult.Nothing)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Timeout, "no frame came");
        }

        return taken == TakeResult.Frame ? See(frame!) : null;
    }

    /// <summary>Every frame up to the end.</summary>
    public List<SeenFrame> Rest()
    {
        var frames = new List<SeenFrame>();
        while (Next() is { } frame) frames.Add(frame);
        return frames;
    }

    /// <summary>The next frame that meets a condition.</summary>
    public SeenFrame NextThat(Predicate<SeenFrame> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            SeenFrame frame = Next() ?? throw new InvalidOperationException($"the feed ended: {Feed.End.Error}");
            if (condition(frame)) return frame;
            Assert.True(Stopwatch.GetElapsedTime(start) < Timeout, "no such frame came");
        }
    }

    /// <summary>Copies a frame and disposes it.</summary>
    public SeenFrame See(CapturedFrame frame)
    {
        long seenAt = time.GetTimestamp();
        using (frame)
        {
            byte[] pixels = new byte[frame.Width * frame.Height];
            for (int y = 0; y < frame.Height; y++) frame.Row(y).CopyTo(pixels.AsSpan(y * frame.Width));
            Ledger.Completed(frame.IsDamaged ? FrameState.Corrupt : FrameState.Live);
            return new SeenFrame(
                frame.Number, frame.Pts, frame.Timestamp, frame.CapturedAt, frame.Width, frame.Height, frame.SourceSize,
                frame.IsDamaged, frame.CropFits, frame.StartsClip, pixels, seenAt);
        }
    }

    public void Dispose() => Feed.Dispose();
}

/// <summary>A copy of a frame.</summary>
internal sealed record SeenFrame(
    long Number,
    TimeSpan? Pts,
    long Timestamp,
    DateTimeOffset CapturedAt,
    int Width,
    int Height,
    PictureSize SourceSize,
    bool IsDamaged,
    bool CropFits,
    bool StartsClip,
    byte[] Pixels,
    long SeenAt);
