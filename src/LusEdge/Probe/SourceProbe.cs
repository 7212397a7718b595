using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Metering;
using Microsoft.Extensions.Logging;

namespace LusEdge.Probe;

/// <summary>
/// Looks at a feed for some seconds, through the very <see cref="VideoFeed"/> that the appliance reads it with, and says what it is.
/// The reading thread notes each picture's times and measures the colour of some; the caller's thread looks for the sector.
/// </summary>
public sealed class SourceProbe
{
    /// <summary>What the system had in store when a live feed was opened comes at once: it says nothing about the feed's pace.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Two samples a second at 25 fps: one takes some milliseconds of the reading thread.</summary>
    private const int PicturesPerColourSample = 12;

    private readonly Lock _gate = new();
    private readonly List<Noted> _noted = [];
    private readonly ColourMeter _colour;

    private SourceProbe(ColourMeter colour) => _colour = colour;

    /// <summary>Probes a source.</summary>
    /// <param name="options">The source and how to open it; the whole picture is looked at.</param>
    /// <param name="length">How long: of time for a live feed, of presentation time for a recording.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">What the feed says.</param>
    /// <param name="progress">Told several times a second how much has been looked at, as a share of <paramref name="length"/>.</param>
    /// <param name="stop">Ends the probe early; what was seen until then is told.</param>
    /// <exception cref="CaptureException">The source can't be opened, or is no video.</exception>
    public static ProbeReport Run(
        CaptureOptions options, TimeSpan length, TimeProvider time, ILogger<VideoFeed> logger, Action<double> progress, CancellationToken stop)
    {
        using var colour = new ColourMeter();
        var probe = new SourceProbe(colour);
        using var feed = new VideoFeed(options with { Sector = default, Geometry = null }, new FrameLedger(), time, logger) { Inspect = probe.Note };
        feed.Open();
        feed.Start();
        return probe.Look(feed, length, time, progress, stop);
    }

    private ProbeReport Look(VideoFeed feed, TimeSpan length, TimeProvider time, Action<double> progress, CancellationToken stop)
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
            ended = feed.Take(Patience, out CapturedFrame? frame) == TakeResult.Ended;
            if (ended) break;
            using (frame)
            {
                if (frame is not null)
                {
                    taken++;
                    firstPts ??= frame.Pts;
                    if (frame.StartsClip) openings++;
                    if (frame is { IsDamaged: false, HasPicture: true } && frame.SourceSize == description.Geometry) finder.Add(frame);
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
            List<(TimeSpan At, Noted Picture)> looked = [.. Timed(feed, opened, time).Where(p => p.At >= begin && p.At < begin + length)];
            return new ProbeReport
            {
                Source = feed.Name,
                Live = feed.IsLive,
                Format = description.Format,
                Codec = description.Codec,
                PixelFormat = description.PixelFormat,
                Size = description.Geometry,
                DeclaredRate = description.DeclaredInterval is { } interval ? 1 / interval.TotalSeconds : null,
                MeasuredRate = Rate(looked),
                Length = TimeSpan.FromTicks(Math.Clamp((seen - begin).Ticks, 0, length.Ticks)),
                Frames = looked.Count,
                Damaged = looked.Count(p => p.Picture.IsDamaged),
                OtherSizes = looked.Count(p => p.Picture.Size != description.Geometry),
                Interruptions = Math.Max(0, openings - 1) + (isAway ? 1 : 0),
                Intervals = HasTimes(feed, looked) ? IntervalFigures.Of([.. looked.Select(p => p.At)], feed.IsLive) : null,
                Colour = _colour.Colour,
                Sector = finder.Guess(),
                FFmpeg = $"{FFmpegLibraries.Version}, {FFmpegLibraries.Build}",
                Error = ended ? feed.End.Error : null,
            };
        }

        double? Rate(List<(TimeSpan At, Noted Picture)> looked) =>
            HasTimes(feed, looked) && looked.Count > 1 && looked[^1].At > looked[0].At ? (looked.Count - 1) / (looked[^1].At - looked[0].At).TotalSeconds : null;
    }

    /// <summary>The pictures with their times since the beginning: of arrival for a live feed, of presentation for a recording.</summary>
    private IEnumerable<(TimeSpan At, Noted Picture)> Timed(VideoFeed feed, long opened, TimeProvider time)
    {
        TimeSpan? firstPts = _noted.Select(p => p.Pts).FirstOrDefault(pts => pts is not null);
        return _noted.Select((picture, i) => (
            feed.IsLive ? time.GetElapsedTime(opened, picture.ReadAt)
            : picture.Pts is { } pts ? pts - firstPts!.Value
            : i * feed.Description!.FrameInterval, picture));
    }

    private static bool HasTimes(VideoFeed feed, List<(TimeSpan At, Noted Picture)> looked) => feed.IsLive || looked.All(p => p.Picture.Pts is not null);

    /// <summary>Called by the reading thread.</summary>
    private void Note(Picture picture, CapturedFrame frame)
    {
        lock (_gate)
        {
            if (_noted.Count % PicturesPerColourSample == 0 && !frame.IsDamaged) _colour.Add(picture);
            _noted.Add(new Noted(frame.Timestamp, frame.Pts, frame.IsDamaged, frame.SourceSize));
        }
    }

    private readonly record struct Noted(long ReadAt, TimeSpan? Pts, bool IsDamaged, PictureSize Size);
}
