using System.CommandLine;
using System.Globalization;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train calibrate</c>: calibrated probabilities and the gate.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training")
        {
            Description = "The directory given to `fit --out`.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> index = ClipOptions.Index(required: false);
        index.Description += " Default: its path during the training.";
        var foreign = new Option<string>("--foreign")
        {
            Description = "A folder of pictures that show no lung. The gate is tried on them in addition to drawn ones.",
            HelpName = "DIR",
        };
        var calibrate = new Command(
            "calibrate", "Fits temperature, confidence threshold and gate of a finished training to its held-out frames.")
        {
            training, index, foreign,
        };
        calibrate.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            string directory = parsed.GetValue(training)!;
            CalibrationRecord record = await ProgressDisplay.RunAsync(progress =>
                Task.FromResult(
                    TrainingCalibration.Run(directory, parsed.GetValue(index), parsed.GetValue(foreign), progress, stop)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{directory}: temperature {record.Temperature:0.000} from {record.Frames} held-out frames; "
                    + $"frames with a probability below {record.MinConfidence:0.000} get no grade."));
            if (record.Gate is { } gate) Console.Write($"\n{gate.ToMarkdown()}");
            else
            {
                Console.WriteLine(
                    "No gate: this training is only for comparison and is never exported, because its split is by frame "
                        + "or its grader is nearest.");
            }

            return (int)ExitCode.Ok;
        });
        return calibrate;
    }
}
