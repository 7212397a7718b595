using System.CommandLine;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train export</c>: from a finished training to a model directory.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = "The directory that `fit --out` named.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--out") { Description = "The model's directory. What is there is replaced.", HelpName = "DIR", Required = true };
        var walk = new Option<string>("--walk")
        {
            Description = "The phantom clip that the exported file is checked on, with its .json beside it (`phantom --out FILE.mp4`).",
            HelpName = "FILE",
            Required = true,
        };
        var release = new PositiveOption("--release", "The version that the manifest gives the model.", byDefault: 1);
        var export = new Command(
            "export", "Writes a finished training as a model that the appliance loads, marked as for demonstration only, and checks it on a clip.")
        {
            training, output, walk, release,
        };
        export.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            ModelCard card = await ProgressDisplay.RunAsync(progress => Task.FromResult(Exporter.Run(
                parsed.GetValue(training)!, parsed.GetValue(output)!, parsed.GetValue(release), parsed.GetValue(walk)!, progress, stop)));
            Console.WriteLine($"""
                {parsed.GetValue(output)}: {card.Walk.Accuracy:P1} of the clip's {card.Walk.Count} frames are graded right.
                Trained on {ModelCard.Synthetic}.
                """);
            return (int)ExitCode.Ok;
        });
        return export;
    }
}
