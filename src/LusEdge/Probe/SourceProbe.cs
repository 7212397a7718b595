using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Metering;
using Microsoft.Extensions.Logging;

namespace LusEdge.Probe;

/// <summary>
/// Examines a feed for some seconds and reports what it is, through the same <see cref="VideoFeed"/> that the appliance uses. The
/// reading thread records each picture's times and measures the colour of some; the caller's thread looks for the sector.
/// </summary>
public sealed class SourceProbe
{
    /// <summary>Frames buffered by the system when a live feed is opened arrive at once and say nothing about its rate.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TakeTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Two samples per second at 25 fps: each costs the reading thread some milliseconds.</summary>
    private const int PicturesPerColourSample = 12;

    private readonly Lock _gate = new();
    private readonly List<Recorded> _recorded = [];
    private readonly ColourMeter _colour;

    private SourceProbe(ColourMeter colour) => _colour = colour;

    /// <summary>Probes a source.</summary>
    /// <param name="options">The source and how to open it; the whole picture is examined.</param>
    /// <param name="length">How long: in real time for a live feed, in presentation time for a recording.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the feed's own log lines.</param>
    /// <param name="progress">
    /// Called several times per second with the share of <paramref name="length"/> examined so far.
    /// </param>
    /// <param name="stop">Ends the probe early; the report then covers what was seen.</param>
    /// <exception cref="CaptureException">The source can't be opened or is not a video.</exception>
    public static ProbeReport Run(
        CaptureOptions options,
        TimeSpan length,
        TimeProvider time,
        ILogger<VideoFeed> logger,
        Action<double> progress,
        CancellationToken stop)
    {
        using var colour = new ColourMeter();
        var probe = new SourceProbe(colour);
        CaptureOptions whole = options with { Sector = default, Geometry = null };
        using var feed = new VideoFeed(whole, new FrameLedger(), time, logger) { Inspect = probe.Record };
        feed.Open();
        feed.Start();
        return probe.Examine(feed, length, time, progress, stop);
    }

    private ProbeReport Examine(VideoFeed feed, TimeSpan length, TimeProvider time, Action<double> progress, CancellationToken stop)
    {
        FeedDescription description = feed.Description!;
        var finder = new SectorFinder(description.Geometry);
        long opened = time.GetTimestamp();
        TimeSpan begin = feed.IsLive ? Settling : TimeSpan.Zero;
        TimeSpan seen = TimeSpan.Zero;
        TimeSpan? firstPts = null;
        int openings = 0;
        int taken = 0;
        bool ended = false;
        while (!stop.IsCancellationRequested && seen < begin + length)
        {
            ended = feed.Take(TakeTimeout, out CapturedFrame? frame) == TakeResult.Ended;
            if (ended) break;
            using (frame)
            {
                if (frame is not null)
                {
                    taken++;
                    firstPts ??= frame.Pts;
                    if (frame.StartsClip) openings++;
                    if (frame is { IsDamaged: false, HasPicture: true } && frame.SourceSize == description.Geometry)
                    {
                        finder.Add(frame);
                    }
                }

                seen = feed.IsLive ? time.GetElapsedTime(opened)
                    : frame is null ? seen
                    : frame.Pts is { } pts ? pts - firstPts!.Value + description.FrameInterval
                    : taken * description.FrameInterval;
            }

            progress(Math.Clamp(seen / (begin + length), 0, 1));
        }

        bool isAway = !ended && !feed.IsConnected;
        feed.Stop();
        lock (_gate)
        {
            List<(TimeSpan At, Recorded Picture)> examined =
                [.. Timed(feed, opened, time).Where(p => p.At >= begin && p.At < begin + length)];
            return new ProbeReport
            {
                Source = feed.Name,
                Live = feed.IsLive,
                Format = description.Format,
                Codec = description.Codec,
                PixelFormat = description.PixelFormat,
                Size = description.Geometry,
                DeclaredRate = description.DeclaredInterval is { } interval ? 1 / interval.TotalSeconds : null,
                MeasuredRate = Rate(examined),
                Length = TimeSpan.FromTicks(Math.Clamp((seen - begin).Ticks, 0, length.Ticks)),
                Frames = examined.Count,
                Damaged = examined.Count(p => p.Picture.IsDamaged),
                OtherSizes = examined.Count(p => p.Picture.Size != description.Geometry),
                Interruptions = Math.Max(0, openings - 1) + (isAway ? 1 : 0),
                Intervals = HasTimes(feed, examined) ? IntervalFigures.Of([.. examined.Select(p => p.At)], feed.IsLive) : null,
                Colour = _colour.Colour,
                Sector = finder.Guess(),
                FFmpeg = $"{FFmpegLibraries.Version}, {FFmpegLibraries.Build}",
                Error = ended ? feed.End.Error : null,
            };
        }

        double? Rate(List<(TimeSpan At, Recorded Picture)> examined) =>
            HasTimes(feed, examined) && examined.Count > 1 && examined[^1].At > examined[0].At
                ? (examined.Count - 1) / (examined[^1].At - examined[0].At).TotalSeconds
                : null;
    }

    /// <summary>The pictures with their times since the start: arrival for a live feed, presentation for a recording.</summary>
    private IEnumerable<(TimeSpan At, Recorded Picture)> Timed(VideoFeed feed, long opened, TimeProvider time)
    {
        TimeSpan? firstPts = _recorded.Select(p => p.Pts).FirstOrDefault(pts => pts is not null);
        return _recorded.Select((picture, i) => (
            feed.IsLive ? time.GetElapsedTime(opened, picture.ReadAt)
            : picture.Pts is { } pts ? pts - firstPts!.Value
            : i * feed.Description!.FrameInterval, picture));
    }

    private static bool HasTimes(VideoFeed feed, List<(TimeSpan At, Recorded Picture)> examined) =>
        feed.IsLive || examined.All(p => p.Picture.Pts is not null);

    /// <summary>Called on the reading thread.</summary>
    private void Record(Picture picture, CapturedFrame frame)
    {
        lock (_gate)
        {
            if (_recorded.Count % PicturesPerColourSample == 0 && !frame.IsDamaged) _colour.Add(picture);
            _recorded.Add(new Recorded(frame.Timestamp, frame.Pts, frame.IsDamaged, frame.SourceSize));
        }
    }

    private readonly record struct Recorded(long ReadAt, TimeSpan? Pts, bool IsDamaged, PictureSize Size);
}
