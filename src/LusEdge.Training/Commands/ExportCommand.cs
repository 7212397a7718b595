using System.CommandLine;
using System.Globalization;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train export</c>: from a finished training to a model directory.</summary>
internal static class ExportCommand
{
    private const string Full = "fp32", Half = "fp16";

    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = "The directory that `fit --out` named.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--out") { Description = "The model's directory. What is there is replaced.", HelpName = "DIR", Required = true };
        var walk = new Option<string>("--walk")
        {
            Description = "A phantom clip that the exported file is checked on too, with its .json beside it (`phantom --out FILE.mp4`).",
            HelpName = "FILE",
        };
        var about = new Option<string>("--about")
        {
            Description = "Markdown for the card: what no program can know. What the grades mean, what was seen to go wrong, the terms.",
            HelpName = "FILE",
        };
        var release = new PositiveOption("--release", "The version that the manifest gives the model.", byDefault: 1);
        var precision = new Option<string>("--precision")
        {
            Description = "How the file stores its weights: fp32, or fp16 in half the bytes, widened when it is loaded.",
            HelpName = "fp32|fp16",
            DefaultValueFactory = _ => Full,
        };
        precision.AcceptOnlyFromAmong(Full, Half);
        var export = new Command("export", "Writes a finished and calibrated training as a model that the appliance loads, and checks it.")
        {
            training, output, walk, about, release, precision,
        };
        export.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            string directory = parsed.GetValue(output)!, source = parsed.GetValue(training)!;
            (ModelCard card, float difference, Evaluation? walked) = await ProgressDisplay.RunAsync(progress => Task.FromResult(ModelExporter.Run(
                source, directory, parsed.GetValue(release), parsed.GetValue(precision) == Half, parsed.GetValue(walk), parsed.GetValue(about), progress, stop)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{directory}: on the appliance's path no probability differs from the training's by more than {difference:0.00000}."));
            if (walked is not null) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{walked.Accuracy:P1} of the walk's {walked.Pictures} frames are graded right."));
            Console.Write($"Trained on {card.TrainedOn}.\n\n{FiguresTable.ToMarkdown(card.HeldOut)}");
            return (int)ExitCode.Ok;
        });
        return export;
    }
}
