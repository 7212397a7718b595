using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Probe;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge probe</c>: what a technician needs to know of a feed before it is configured.</summary>
internal static class ProbeCommand
{
    private const int UsualSeconds = 5;

    /// <summary>An hour: what is noted down of each frame is kept until the end.</summary>
    private const int LongestSeconds = 3600;

    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "What Capture:Source takes: a file, a URL, a device, or lavfi: and a filter graph." };
        // An argument of any text takes in a mistyped option too.
        source.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: ['-', ..] option }]) given.AddError($"Unrecognized command or argument '{option}'.");
        });
        var options = new Option<string>("--options")
        {
            Description = "What Capture:Options takes, for instance \"rtsp_transport=tcp\".",
            HelpName = "NAME=VALUE…",
            DefaultValueFactory = _ => "",
        };
        var size = new Option<PictureSize?>("--size")
        {
            Description = "What Capture:Size takes: the picture size to ask of a device.",
            HelpName = "WxH",
            CustomParser = given => ParsedValue.Of<PictureSize>(given, "WxH in pixels, both above 0"),
        };
        var rate = new Option<double?>("--rate")
        {
            Description = "What Capture:Rate takes: the frames a second to ask of a device.",
            HelpName = "N",
            CustomParser = given => ParsedValue.Of<double>(given, "a number"),
        };
        var pixelFormat = new Option<string?>("--pixel-format")
        {
            Description = "What Capture:PixelFormat takes: the pixel format or codec to ask of a device, for instance mjpeg.",
            HelpName = "NAME",
        };
        var seconds = new Option<int>("--seconds")
        {
            Description = "How long to look: of time, or of a recording's own time.",
            HelpName = "N",
            DefaultValueFactory = _ => UsualSeconds,
            CustomParser = given =>
            {
                if (int.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= LongestSeconds) return number;
                given.AddError($"--seconds: {given.Tokens[0].Value} is no whole number from 1 to {LongestSeconds}.");
                return 0;
            },
        };
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "One JSON object on standard output." };

        var probe = new Command("probe", "Tells what a feed is: format, size, rate, colour, jitter, damage, and where the ultrasound seems to be.")
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
        foreach (string wrong in errors) Failure.Print(wrong);
        if (errors.Length > 0) return ExitCode.Usage;

        // A source's end is told in a sentence of its own.
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Error));
        using var progress = new ProgressLine("probing");
        ProbeReport report = SourceProbe.Run(options, length, TimeProvider.System, loggers.CreateLogger<VideoFeed>(), progress.Show, stop);
        progress.Dispose();
        if (json) ProbeOutput.WriteJson(report, Console.OpenStandardOutput());
        else ProbeOutput.WriteTable(report);
        if (report.Error is { } error) Failure.Print($"{report.Source}: {error}");
        return stop.IsCancellationRequested ? ExitCode.Interrupted : report.Error is null ? ExitCode.Ok : ExitCode.BadData;
    }
}
