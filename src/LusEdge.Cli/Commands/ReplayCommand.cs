using System.CommandLine;
using System.CommandLine.Parsing;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Cli.Overlay;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Preprocess;
using LusEdge.Results;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge replay</c>: grades recorded clips as fast as they decode, without a broker.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = "Video files, or addresses of streams.",
            Arity = ArgumentArity.OneOrMore,
        };
        // A free-text list would swallow a mistyped option.
        sources.Validators.Add(given =>
        {
            foreach (Token token in given.Tokens.Where(token => token.Value.StartsWith('-')))
                given.AddError($"Unrecognized command or argument '{token.Value}'.");

            // File names come from others, and a filter graph can open any file.
            foreach (string prefix in ((string[])["lavfi:", "sdp:"]).Where(prefix =>
                given.Tokens.Any(token => token.Value.StartsWith(prefix, StringComparison.Ordinal))))
                given.AddError($"{prefix} is only for Capture:Source and probe; if it is a file of that name, write ./{prefix}…");
        });
        var model = new Option<string?>("--model")
        {
            Description = "The model's directory. Default: the model that ships with the program.",
            HelpName = "DIR",
        };
        var json = new Option<bool>("--json")
        {
            Arity = ArgumentArity.Zero,
            Description = "Print one JSON object per frame, then one per file.",
        };
        var bestGuess = new Option<bool>("--best-guess")
        {
            Arity = ArgumentArity.Zero,
            Description = "Grade every clip that has at least one decodable frame, however weak the evidence.",
        };
        var sector = new Option<Sector>("--sector")
        {
            Description = "The ultrasound sector in the picture: x,y,w,h in pixels, or none.",
            HelpName = "x,y,w,h",
            DefaultValueFactory = _ => default,
            CustomParser = given => ParsedValue.Of<Sector>(given, "none, or x,y,w,h in pixels with w and h above 0"),
        };
        var overlay = new Option<string?>("--overlay")
        {
            Description = "Also write a video of the clip with each frame's grade and heat map. It contains patient images.",
            HelpName = "OUT.mp4",
        };
        overlay.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var path }] && Path.GetExtension(path) != ".mp4")
                given.AddError($"--overlay: {path} does not end in .mp4, the only format it writes.");
        });
        var force = new Option<bool>("--force")
        {
            Arity = ArgumentArity.Zero,
            Description = "Let --overlay replace an existing file.",
        };

        var replay = new Command("replay", "Grades recorded clips: one line per clip, or every frame with --json.")
        {
            sources, model, json, bestGuess, sector, overlay, force,
        };
        replay.Validators.Add(given =>
        {
            if (given.GetResult(overlay) is not null && given.GetResult(sources) is { Tokens.Count: > 1 })
                given.AddError("--overlay takes one clip at a time.");
        });
        replay.SetAction((parsed, stop) =>
        {
            var options = new LusEdgeOptions { Capture = new CaptureOptions { Sector = parsed.GetValue(sector) } };
            if (parsed.GetValue(model) is { } directory)
                options = options with { Infer = options.Infer with { Model = Path.GetFullPath(directory) } };
            return StandardOutput.WriteAsync(() => Task.FromResult(ReplayAll(
                options,
                parsed.GetValue(sources)!,
                parsed.GetValue(overlay),
                parsed.GetValue(force),
                parsed.GetValue(json),
                parsed.GetValue(bestGuess),
                stop)));
        });
        return replay;
    }

    private static ExitCode ReplayAll(
        LusEdgeOptions options, string[] sources, string? overlay, bool force, bool json, bool bestGuess, CancellationToken stop)
    {
        using OverlayFile? file = overlay is null ? null : OverlayFile.Reserve(overlay, sources[0], force);
        using ILoggerFactory loggers = LoggerFactory.Create(logging =>
            logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Warning)
                // Errors only: the end of a source is reported below, in one sentence.
                .AddFilter(typeof(VideoFeed).FullName, LogLevel.Error));
        using SeverityModel model = SeverityModel.Load(
            options.Infer.ResolveDirectory(), options.Infer, loggers.CreateLogger<SeverityModel>());
        ActivationMap? activation = file is null ? null : model.ShowActivation();
        Console.Error.WriteLine(Disclaimer.Text);
        if (model.InUse.DemonstrationOnly)
            Console.Error.WriteLine($"{model.InUse.Id}: trained on synthetic pictures, for demonstration only.");

        using ReplayOutput output = json ? new ReplayJson(model.InUse) : new ReplayTable(model.InUse);
        ExitCode worst = ExitCode.Ok;
        foreach (string source in sources)
        {
            LusEdgeOptions one = options with { Capture = options.Capture with { Source = source } };
            ExitCode code = Replay(one, model, activation, file, output, bestGuess, loggers, stop);
            if (stop.IsCancellationRequested) return ExitCode.Interrupted;
            if (code > worst) worst = code;
        }

        return worst;
    }

    /// <summary>Replays one file. A bad file does not keep the others from being graded.</summary>
    private static ExitCode Replay(
        LusEdgeOptions options,
        SeverityModel model,
        ActivationMap? activation,
        OverlayFile? file,
        ReplayOutput output,
        bool bestGuess,
        ILoggerFactory loggers,
        CancellationToken stop)
    {
        try
        {
            var meter = new PipelineMeter(TimeProvider.System);
            using var feed = new VideoFeed(options.Capture, meter.Ledger, TimeProvider.System, loggers.CreateLogger<VideoFeed>());
            feed.Open();
            var preprocessor = new Preprocessor(options.Preprocess, feed.Description!);
            feed.Start();
            output.Begin(feed.Name, feed, stop);
            IReadingSink sink = file is null ? output : new OverlaySink(file, feed, preprocessor, model, activation!, output);
            using var inbox = new PipelineInbox();
            new FramePipeline(options, feed, model, inbox, sink, meter, TimeProvider.System, preprocessor, bestGuess).Run(stop);
            output.End();
            if (file is not null && !stop.IsCancellationRequested)
            {
                file.Finish();
                Console.Error.WriteLine($"{file.Path} contains patient images. Only you can read it; keep it on this machine.");
            }

            if (feed.End.Error is not { } error) return ExitCode.Ok;
            Failure.Print($"{feed.Name}: {error}");
            return ExitCode.BadData;
        }
        catch (OverlayException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C reaches the encoder too.
            return ExitCode.Interrupted;
        }
        catch (CaptureException e)
        {
            return Failure.Report(e);
        }
    }
}
