using System.CommandLine;
using System.CommandLine.Parsing;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Preprocess;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge replay</c>: grades recorded clips as fast as they decode, without a broker.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = "Video files, or whatever else FFmpeg opens.",
            Arity = ArgumentArity.OneOrMore,
        };
        // A list of anything takes in a mistyped option too.
        sources.Validators.Add(given =>
        {
            foreach (Token token in given.Tokens.Where(token => token.Value.StartsWith('-'))) given.AddError($"Unrecognized command or argument '{token.Value}'.");
        });
        var model = new Option<string?>("--model") { Description = "The model's directory. Default: the model beside the program.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "On standard output one JSON object a frame, then one a file." };
        var bestGuess = new Option<bool>("--best-guess") { Arity = ArgumentArity.Zero, Description = "Grade every clip that has a decodable frame, however little there is to go by." };
        var sector = new Option<string>("--sector")
        {
            Description = "The ultrasound sector in the picture: x,y,w,h in pixels, or none.",
            HelpName = "x,y,w,h",
            DefaultValueFactory = _ => "none",
        };
        sector.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && text != "none" && !Sector.TryParse(text, out _)) given.AddError($"--sector: {text} is neither none nor x,y,w,h in pixels, w and h above 0.");
        });

        var replay = new Command("replay", "Grades recorded clips: a line a clip, or every frame with --json.") { sources, model, json, bestGuess, sector };
        replay.SetAction((parsed, stop) =>
        {
            var options = new LusEdgeOptions { Capture = new CaptureOptions { Sector = parsed.GetValue(sector)! } };
            if (parsed.GetValue(model) is { } directory) options = options with { Infer = options.Infer with { Model = Path.GetFullPath(directory) } };
            // On another thread, because Ctrl-C is only listened to once this returns.
            return Task.Run(() => (int)Replay(options, parsed.GetValue(sources)!, parsed.GetValue(json), parsed.GetValue(bestGuess), stop), CancellationToken.None);
        });
        return replay;
    }

    private static ExitCode Replay(LusEdgeOptions options, string[] sources, bool json, bool bestGuess, CancellationToken stop)
    {
        try
        {
            return ReplayAll(options, sources, json, bestGuess, stop);
        }
        catch (IOException e)
        {
            Failure.Print($"standard output can't be written: {e.Message.TrimEnd('.')}. Make room where it goes.");
            return ExitCode.Unavailable;
        }
    }

    private static ExitCode ReplayAll(LusEdgeOptions options, string[] sources, bool json, bool bestGuess, CancellationToken stop)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging =>
            logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Warning)
                // A source's end is told in a sentence of its own.
                .AddFilter(typeof(VideoFeed).FullName, LogLevel.Error));
        using SeverityModel model = SeverityModel.Load(options.Infer, loggers.CreateLogger<SeverityModel>());
        Console.Error.WriteLine(Disclaimer.Text);
        if (model.InUse.DemonstrationOnly) Console.Error.WriteLine($"{model.InUse.Id}: trained on synthetic pictures, for demonstration only.");

        using ReplayOutput output = json ? new ReplayJson(model.InUse) : new ReplayTable(model.InUse);
        ExitCode worst = ExitCode.Ok;
        foreach (string source in sources)
        {
            LusEdgeOptions one = options with { Capture = options.Capture with { Source = source } };
            ExitCode code = Replay(one, model, output, bestGuess, loggers, stop);
            if (stop.IsCancellationRequested) return ExitCode.Interrupted;
            if (code > worst) worst = code;
        }

        return worst;
    }

    /// <summary>One file. What is wrong with it does not keep the others from being graded.</summary>
    private static ExitCode Replay(
        LusEdgeOptions options, SeverityModel model, ReplayOutput output, bool bestGuess, ILoggerFactory loggers, CancellationToken stop)
    {
        try
        {
            var meter = new PipelineMeter();
            using var feed = new VideoFeed(options.Capture, meter.Ledger, TimeProvider.System, loggers.CreateLogger<VideoFeed>());
            feed.Open();
            var preprocessor = Preprocessor.For(options.Preprocess, feed);
            feed.Start();
            output.Begin(options.Capture.Source, feed, stop);
            new FramePipeline(options, feed, preprocessor, model, output, meter, TimeProvider.System, bestGuess).Run(stop);
            output.End();
            if (feed.End.Error is not { } error) return ExitCode.Ok;
            Failure.Print($"{options.Capture.Source}: {error}");
            return ExitCode.BadData;
        }
        catch (CaptureException e)
        {
            return Failure.Report(e);
        }
    }
}
