using System.CommandLine;
using LusEdge.Capture;
using LusEdge.Probe;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge probe</c>: what a technician needs to know of a feed before it is configured.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "What Capture:Source takes: a file, a URL, a device, or lavfi: and a filter graph." };
        var options = new Option<string>("--options")
        {
            Description = "What Capture:Options takes, for instance \"rtsp_transport=tcp\".",
            HelpName = "NAME=VALUE…",
            DefaultValueFactory = _ => "",
        };
        var seconds = new Option<int>("--seconds") { Description = "How long to look: of time, or of a recording's own time. Default: 5.", HelpName = "N", DefaultValueFactory = _ => 5 };
        seconds.Validators.Add(given =>
        {
            // By its text: asking for the value throws on one that is no number, and the parser itself complains of that.
            if (given.Tokens is [{ Value: var text }] && int.TryParse(text, out int number) && number is <= 0 or > 3600) given.AddError("--seconds: give a whole number from 1 to 3600.");
        });
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };

        var probe = new Command("probe", "Tells what a feed is: format, size, rate, colour, jitter, damage, and where the ultrasound seems to be.") { source, options, seconds, json };
        probe.SetAction((parsed, stop) => Task.Run(
            () => (int)Probe(
                new CaptureOptions { Source = parsed.GetValue(source)!, Options = parsed.GetValue(options)! },
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(json),
                stop),
            CancellationToken.None));
        return probe;
    }

    private static ExitCode Probe(CaptureOptions options, TimeSpan length, bool json, CancellationToken stop)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Warning));
        using var progress = new ProgressLine("probing");
        ProbeReport report = SourceProbe.Run(options, length, TimeProvider.System, loggers.CreateLogger<VideoFeed>(), progress.Show, stop);
        progress.Dispose();
        if (json) ProbeOutput.WriteJson(report, Console.OpenStandardOutput());
        else ProbeOutput.WriteTable(report);
        if (report.Error is { } error) Failure.Print($"{report.Source}: {error}");
        return stop.IsCancellationRequested ? ExitCode.Interrupted : report.Error is null ? ExitCode.Ok : ExitCode.BadData;
    }
}
