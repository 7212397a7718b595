using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;
using LusEdge.Preprocess;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Cli.Doctor;

/// <summary>The source opens, and the sector and the mask fit its picture.</summary>
internal sealed class SourceCheckup() : Checkup("source", "Capture")
{
    private static readonly TimeSpan FirstFrame = TimeSpan.FromSeconds(2);

    /// <summary>Opening and the first picture can each take the configured time; a hung driver never answers.</summary>
    public override TimeSpan Limit(Examination examination) =>
        (2 * examination.Options.Capture.OpenTimeout) + TimeSpan.FromSeconds(5);

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop)
    {
        CaptureOptions options = examination.Options.Capture;
        if (options.Source.Length == 0)
            return Task.FromResult(Finding.Skipped("Capture:Source is not set: there is nothing to open."));
        if (!examination.HasFFmpeg) return Task.FromResult(Finding.Skipped("it can't be opened without FFmpeg."));
        try
        {
            return Task.FromResult(Open(examination, options));
        }
        catch (CaptureException e)
        {
            return Task.FromResult(Finding.Failed(Failure.CodeOf(e), e.Message, Suggestion(e, options)));
        }
        catch (PreprocessException e)
        {
            return Task.FromResult(Finding.Failed(Failure.CodeOf(e), e.Message, "correct Preprocess:Mask, or remove it"));
        }
    }

    private static Finding Open(Examination examination, CaptureOptions options)
    {
        long started = examination.Time.GetTimestamp();
        using var feed = new VideoFeed(options, new FrameLedger(), examination.Time, NullLogger<VideoFeed>.Instance);
        feed.Open();
        TimeSpan took = examination.Time.GetElapsedTime(started);
        FeedDescription description = feed.Description!;
        _ = new Preprocessor(examination.Options.Preprocess, description);
        feed.Start();
        feed.Take(FirstFrame, out CapturedFrame? frame);
        using (frame)
        {
            if (feed.IsLive) examination.FrameInterval = description.DeclaredInterval;
            PictureSize size = frame?.SourceSize ?? description.Geometry;
            string text = $"{feed.Name}: {(feed.IsLive ? "live" : "a recording")}, "
                + $"{description.Codec} {size} {description.PixelFormat}, {Rate(description)}; "
                + FormattableString.Invariant($"first picture after {took.TotalSeconds:0.0} s.");
            // Of a URL, only a part is shown.
            string source = feed.Name == options.Source ? $"'{feed.Name}'" : "with the value of Capture:Source";
            string probe = $"lusedge probe {source} finds the ultrasound sector; set Capture:Sector and Capture:Geometry";
            if (size != description.Geometry)
            {
                return Finding.Warning(
                    $"{text} Capture:Geometry is {description.Geometry}: nothing will be graded (mode_changed).", probe);
            }

            return feed.IsLive && options.Sector.IsWhole
                ? Finding.Warning($"{text} No sector is set: the whole screen is graded, including its text and scales.", probe)
                : Finding.Ok(text);
        }
    }

    private static string Rate(FeedDescription feed) =>
        feed.DeclaredInterval is { } interval
            ? FormattableString.Invariant($"{1 / interval.TotalSeconds:0.##} frames/s")
            : "no declared rate";

    private static string Suggestion(CaptureException e, CaptureOptions options)
    {
        bool isDevice = options.Source.StartsWith("/dev/", StringComparison.Ordinal);
        return e.Reason switch
        {
            CaptureFailure.NotFound when isDevice => "v4l2-ctl --list-devices; the service's user must be in the group video",
            CaptureFailure.NotFound => "correct Capture:Source",
            CaptureFailure.Unreachable when isDevice =>
                "fuser -v the device: the running service may have it open (systemctl stop lusedge)",
            CaptureFailure.Unreachable =>
                "check that it is on and streaming, that its address answers a ping, and that no firewall blocks it",
            CaptureFailure.NotVideo => "check it with ffprobe; give a video",
            CaptureFailure.ForeignReference => "give the address that it refers to, if you trust that",
            CaptureFailure.PictureTooLarge => "set the sender or scanner to a smaller size",
            CaptureFailure.NoDecoder => "apt-get install ffmpeg, or record it in H.264",
            CaptureFailure.InvalidSector => "correct Capture:Sector",
            CaptureFailure.InvalidOption => "correct Capture:Options",
            _ => "apt-get install ffmpeg",
        };
    }
}
