using System.CommandLine;
using LusEdge.Contract;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train evaluate</c>: computes all figures of a card again from its table of predictions.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> index = ClipOptions.Index(required: true);
        Option<string?> scheme = ClipOptions.Scheme();
        var predictions = new Option<string>("--predictions")
        {
            Description = $"The held-out probabilities: {FrameGrade.FileName} in the model's directory.",
            HelpName = "FILE",
            Required = true,
        };
        var json = new Option<string?>("--json")
        {
            Description = "Also writes the figures to this file, as JSON.",
            HelpName = "FILE",
        };
        var evaluate = new Command(
            "evaluate", "Computes the figures of a model's card again from its held-out predictions and the clips' labels.")
        {
            predictions, index, scheme, json,
        };
        evaluate.SetAction(async (parsed, stop) =>
        {
            string table = parsed.GetValue(predictions)!, labels = parsed.GetValue(index)!;
            IReadOnlyList<LabelledClip> clips = ClipIndex.Load(labels);
            Predictions read = Predictions.Load(table, clips, parsed.GetValue(scheme) is { } named ? Schemes.Load(named) : null);
            IReadOnlyList<SetFigures> sets =
                await ProgressDisplay.RunAsync(progress => Task.FromResult(read.Figures(clips, progress, stop)));
            bool synthetic = clips.Any(TrainingClips.IsPhantom);
            if (parsed.GetValue(json) is { } file) EvaluationFile.Of(read, table, labels, sets, synthetic).Write(file);
            Console.Write($"""
                {Disclaimer.Text}{(synthetic ? $"\n{TrainingClips.PhantomNotice}" : "")}

                Intervals are 95 % intervals over {PatientDraws.Count} bootstrap draws of the patients.
                docs/training.md defines the figures.

                {FiguresTable.ToMarkdown(sets, read.Leaky)}
                """);
            return (int)ExitCode.Ok;
        });
        return evaluate;
    }
}
