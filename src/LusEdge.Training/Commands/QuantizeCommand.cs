using System.CommandLine;
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
            Description = "The new model's directory. An existing model is replaced.",
            HelpName = "DIR",
            Required = true,
        };
        var quantize = new Command("quantize",
            "Writes a model that computes in 8-bit integers, and measures how many grades change and how much faster it is.")
        {
            model, index, pictures, frames, output,
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
                black => parsed.GetValue(index) is { } list
                    ? FrameSets.OfIndex(list, parsed.GetValue(frames), black, stop)
                    : FrameSets.OfPictures(parsed.GetValue(pictures)!, parsed.GetValue(frames), black, stop),
                parsed.GetValue(output)!,
                progress,
                stop)));
            Console.Write(
                $"{parsed.GetValue(output)}: "
                    + $"written.\n\n{agreement.ToMarkdown("full precision", "8 bits")}{Quantizer.Verdict(agreement)}\n");
            return (int)ExitCode.Ok;
        });
        return quantize;
    }
}
