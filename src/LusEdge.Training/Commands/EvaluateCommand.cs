using System.CommandLine;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train evaluate</c>: a card's figures, computed anew from the predictions that lie beside it.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Option<string> index = ClipOptions.Index();
        var predictions = new Option<string>("--predictions")
        {
            Description = $"The held-out probabilities, {FrameGrade.FileName} in the model's directory.",
            HelpName = "FILE",
            Required = true,
        };
        var evaluate = new Command("evaluate", "Computes the figures of a model's card anew, from its held-out predictions and the clips' labels.") { predictions, index };
        evaluate.SetAction(parsed =>
        {
            IReadOnlyList<LabelledClip> clips = ClipIndex.Load(parsed.GetValue(index)!);
            Console.Write(ClipFigures.ToMarkdown(ClipFigures.Of(clips, FrameGrade.Load(parsed.GetValue(predictions)!, clips))));
            return (int)ExitCode.Ok;
        });
        return evaluate;
    }
}
