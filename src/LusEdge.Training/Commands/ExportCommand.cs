using System.CommandLine;
using System.Globalization;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train export</c>: makes a model directory from a finished training.</summary>
internal static class ExportCommand
{
    private const string Full = "fp32", Half = "fp16";

    public static Command Create()
    {
        var training = new Option<string>("--training")
        {
            Description = "The directory given to `fit --out`.",
            HelpName = "DIR",
            Required = true,
        };
        var output = new Option<string>("--out")
        {
            Description = "The model's directory. An existing model is replaced.",
            HelpName = "DIR",
            Required = true,
        };
        var walk = new Option<string>("--walk")
        {
            Description =
                "A phantom clip to check the exported file on as well, with its .json next to it (`phantom --out FILE.mp4`).",
            HelpName = "FILE",
        };
        var about = new Option<string>("--about")
        {
            Description =
                "Markdown for the card with facts that no program can know: what the grades mean, known weaknesses, terms.",
            HelpName = "FILE",
        };
        var release = new PositiveOption("--release", "The model's version in the manifest.", byDefault: 1);
        var precision = new Option<string>("--precision")
        {
            Description =
                "How the file stores its weights: fp32, or fp16 in half the bytes, which is widened when the file is loaded.",
            HelpName = "fp32|fp16",
            DefaultValueFactory = _ => Full,
        };
        precision.AcceptOnlyFromAmong(Full, Half);
        var export = new Command(
            "export", "Writes a finished and calibrated training as a model that the appliance can load, and checks it.")
        {
            training, output, walk, about, release, precision,
        };
        export.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            string directory = parsed.GetValue(output)!, source = parsed.GetValue(training)!;
            (ModelCard card, float difference, Evaluation? walked) =
                await ProgressDisplay.RunAsync(progress => Task.FromResult(ModelExporter.Run(
                source, directory, parsed.GetValue(release), parsed.GetValue(precision) == Half, parsed.GetValue(walk),
                parsed.GetValue(about), progress, stop)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{directory}: on the appliance's path, no probability differs from the training's by more "
                    + $"than {difference:0.00000}."));
            if (walked is not null)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{walked.Accuracy:P1} of the walk's {walked.Pictures} frames are graded correctly."));
            }

            Console.Write($"Trained on {card.TrainedOn}.\n\n{FiguresTable.ToMarkdown(card.HeldOut)}");
            return (int)ExitCode.Ok;
        });
        return export;
    }
}
