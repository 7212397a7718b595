using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Probe;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge probe</c>: what a technician needs to know about a feed before configuring it.</summary>
internal static class ProbeCommand
{
    private const int DefaultSeconds = 5;

    /// <summary>An hour, because the figures of every frame stay in memory until the end.</summary>
    private const int LongestSeconds = 3600;

    public static Command Create()
    {
        var source = new Argument<string>("SOURCE")
        {
            Description = "As Capture:Source: a file, a URL, a device, or lavfi: and a filter graph.",
        };
        // A free-text argument would swallow a mistyped option.
        source.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: ['-', ..] option }]) given.AddError($"Unrecognized command or argument '{option}'.");
        });
        var options = new Option<string>("--options")
        {
            Description = "As Capture:Options: options for FFmpeg, for instance \"rtsp_transport=tcp\".",
            HelpName = "NAME=VALUE…",
            DefaultValueFactory = _ => "",
        };
        var size = new Option<PictureSize?>("--size")
        {
            Description = "As Capture:Size: the picture size to request from a device.",
            HelpName = "WxH",
            CustomParser = given => ParsedValue.Of<PictureSize>(given, "WxH in pixels, both above 0"),
        };
        var rate = new Option<double?>("--rate")
        {
            Description = "As Capture:Rate: the frames per second to request from a device.",
            HelpName = "N",
            CustomParser = given => ParsedValue.Of<double>(given, "a number"),
        };
        var pixelFormat = new Option<string?>("--pixel-format")
        {
            Description = "As Capture:PixelFormat: the pixel format or codec to request from a device, for instance mjpeg.",
            HelpName = "NAME",
        };
        var seconds = new Option<int>("--seconds")
        {
            Description = "How many seconds of the feed to examine; of a recording, seconds of its own time.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultSeconds,
            CustomParser = given => ParsedValue.WholeNumber(given, LongestSeconds) ?? 0,
        };
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "Print one JSON object." };

        var probe = new Command(
            "probe", "Describes a feed: format, size, rate, colour, jitter, damage, and where the ultrasound sector seems to be.")
        {
            source, options, size, rate, pixelFormat, seconds, json,
        };
        probe.SetAction((parsed, stop) => StandardOutput.WriteAsync(() => Task.FromResult(Probe(
            new CaptureOptions
            {
                Source = parsed.GetValue(source)!,
                Options = parsed.GetValue(options)!,
                Size = parsed.GetValue(size),
                Rate = parsed.GetValue(rate),
                PixelFormat = parsed.GetValue(pixelFormat),
            },
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(json),
            stop))));
        return probe;
    }

    private static IEnumerable<string> Errors(CaptureOptions options)
    {
        var errors = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true);
        return errors.Count > 0 ? errors.Select(error => error.ErrorMessage!) : options.Errors();
    }

    private static ExitCode Probe(CaptureOptions options, TimeSpan length, bool json, CancellationToken stop)
    {
        string[] errors = [.. Errors(options)];
        foreach (string error in errors) Failure.Print(error);
        if (errors.Length > 0) return ExitCode.Usage;

        // Errors only: the end of the source is reported below, in one sentence.
        using ILoggerFactory loggers = LoggerFactory.Create(
            logging => logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Error));
        using var progress = new ProgressLine("probing");
        ProbeReport report = SourceProbe.Run(
            options, length, TimeProvider.System, loggers.CreateLogger<VideoFeed>(), progress.Show, stop);
        progress.Dispose();
        if (json) ProbeOutput.WriteJson(report, Console.OpenStandardOutput());
        else ProbeOutput.WriteTable(report);
        if (report.Error is { } cause) Failure.Print($"{report.Source}: {cause}");
        return stop.IsCancellationRequested ? ExitCode.Interrupted : report.Error is null ? ExitCode.Ok : ExitCode.BadData;
    }
}
