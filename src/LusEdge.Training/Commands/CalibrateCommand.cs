using System.CommandLine;
using System.Globalization;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train calibrate</c>: probabilities that mean what they say, and the gate.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training") { Description = "The directory that `fit --out` named.", HelpName = "DIR", Required = true };
        Option<string> index = ClipOptions.Index(required: false);
        index.Description += " The default is the one that was trained on.";
        var foreign = new Option<string>("--foreign")
        {
            Description = "A folder of pictures that show no lung, to try the gate on beside those that are drawn.",
            HelpName = "DIR",
        };
        var calibrate = new Command("calibrate", "Fits temperature, confidence threshold and gate of a finished training on what was held out.") { training, index, foreign };
        calibrate.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            string directory = parsed.GetValue(training)!;
            CalibrationRecord record = await ProgressDisplay.RunAsync(progress =>
                Task.FromResult(TrainingCalibration.Run(directory, parsed.GetValue(index), parsed.GetValue(foreign), progress, stop)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{directory}: temperature {record.Temperature:0.000} from {record.Frames} held-out frames; below a probability of {record.MinConfidence:0.000} a frame has no grade."));
            if (record.Gate is { } gate) Console.Write($"\n{gate.ToMarkdown()}");
            else Console.WriteLine("No gate: no model is made of this training (its split is by frame, or its grader nearest); it is only for show.");
            return (int)ExitCode.Ok;
        });
        return calibrate;
    }
}
