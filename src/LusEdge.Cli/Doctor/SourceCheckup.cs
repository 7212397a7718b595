using System.Globalization;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;
using LusEdge.Preprocess;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Cli.Doctor;

/// <summary>The source opens and gives a picture that the sector and the mask fit.</summary>
internal sealed class SourceCheckup() : Checkup("source", "Capture")
{
    private static readonly TimeSpan FirstFrame = TimeSpan.FromSeconds(2);

    /// <summary>Opening and the first picture may take the configured time each; a device that the driver holds takes for ever.</summary>
    public override TimeSpan Limit(Examination examination) => (2 * examination.Options.Capture.OpenTimeout) + TimeSpan.FromSeconds(5);

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop)
    {
        CaptureOptions options = examination.Options.Capture;
        if (options.Source.Length == 0) return Task.FromResult(Finding.Skipped("Capture:Source is not set: there is nothing to open."));
        if (!examination.HasFFmpeg) return Task.FromResult(Finding.Skipped("nothing can be opened without FFmpeg."));
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
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{feed.Name}: {(feed.IsLive ? "live" : "a recording")}, {description.Codec} {frame?.SourceSize ?? description.Geometry} {description.PixelFormat}, {Rate(description)}; first picture after {took.TotalSeconds:0.0} s.");
            string probe = $"lusedge probe '{feed.Name}' says where the ultrasound is; set Capture:Sector and Capture:Geometry";
            if (frame is not null && frame.SourceSize != description.Geometry)
            {
                return Finding.Warning($"{text} Capture:Geometry is {description.Geometry}: nothing will be graded (mode_changed).", probe);
            }

            return feed.IsLive && options.Sector.IsWhole ? Finding.Warning($"{text} No sector is set: the whole screen is graded, its text and scales too.", probe) : Finding.Ok(text);
        }
    }

    private static string Rate(FeedDescription feed) =>
        feed.DeclaredInterval is { } interval ? FormattableString.Invariant($"{1 / interval.TotalSeconds:0.##} frames/s") : "no declared rate";

    private static string Suggestion(CaptureException e, CaptureOptions options) => e.Reason switch
    {
        CaptureFailure.NotFound when options.Source.StartsWith("/dev/", StringComparison.Ordinal) => "v4l2-ctl --list-devices; the service's user must be in the group video",
        CaptureFailure.NotFound => "correct Capture:Source",
        CaptureFailure.Unreachable when options.Source.StartsWith("/dev/", StringComparison.Ordinal) => "fuser -v the device: the running service may have it (systemctl stop lusedge)",
        CaptureFailure.Unreachable => "see that it is on and sends, that its address answers a ping, and that no firewall lies between",
        CaptureFailure.NotVideo => "ffprobe it; give a video",
        CaptureFailure.NoDecoder => "apt-get install ffmpeg, or record it in H.264",
        CaptureFailure.InvalidSector => "correct Capture:Sector",
        CaptureFailure.InvalidOption => "correct Capture:Options",
        _ => "apt-get install ffmpeg",
    };
}
