using System.CommandLine;
using LusEdge.Infer;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Quantize;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train quantize</c>: makes a faster variant of a model.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL_DIR") { Description = "The model in full precision, as written by `export`." };
        Option<string> index = ClipOptions.Index(required: false);
        var pictures = new Option<string>("--pictures")
        {
            Description = "A folder of unlabelled pictures or clips, instead of --index.",
            HelpName = "DIR",
        };
        var frames = new PositiveOption("--frames",
            "The number of frames for calibration. The comparison uses frames of other patients or files.", byDefault: 200);
        var output = new Option<string>("--out")
        {
            Description = "The new model's directory, whose name becomes the model's id. An existing model is replaced.",
            HelpName = "DIR",
            Required = true,
        };
        var release = new PositiveOption("--release", "The model's version in the manifest.", byDefault: 1);
        var quantize = new Command("quantize",
            "Writes a model that computes in 8-bit integers, and measures how many grades change and how much faster it is.")
        {
            model, index, pictures, frames, output, release,
        };
        quantize.Validators.Add(given =>
        {
            if (given.GetResult(index) is null == given.GetResult(pictures) is null)
                given.AddError("--index, --pictures: give one of the two.");
        });
        quantize.SetAction(async (parsed, stop) =>
        {
            Agreement agreement = await ProgressDisplay.RunAsync(progress => Task.FromResult(Quantizer.Run(
                parsed.GetValue(model)!,
                description => Pictures(description) with
                {
                    Foreign = Calibrator.LoadForeign(folder: null, stop).Select(picture => picture.Frame),
                },
                parsed.GetValue(output)!,
                parsed.GetValue(release),
                progress,
                stop)));
            Console.Write(
                $"{parsed.GetValue(output)}: "
                    + $"written.\n\n{agreement.ToMarkdown("full precision", "8 bits")}{Quantizer.Verdict(agreement)}\n");
            return (int)ExitCode.Ok;

            FrameSets Pictures(ModelDescription description)
            {
                (int count, float black) = (parsed.GetValue(frames), description.Gate.BlackMean);
                if (parsed.GetValue(pictures) is { } folder) return FrameSets.OfPictures(folder, count, black, stop);
                var scheme = new ScoringScheme(description.Scheme, description.Classes, description.Severities);
                return FrameSets.OfIndex(parsed.GetValue(index)!, count, black, clip => Schemes.ClassOf(scheme, clip), stop);
            }
        });
        return quantize;
    }
}
