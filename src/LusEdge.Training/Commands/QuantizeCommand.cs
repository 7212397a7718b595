using System.CommandLine;
using LusEdge.Training.Quantize;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train quantize</c>: a model's faster variant.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL_DIR") { Description = "The model, in full precision, as `export` wrote it." };
        Option<string> index = ClipOptions.Index(required: false);
        var pictures = new Option<string>("--pictures") { Description = "A folder of pictures or clips without labels, in place of --index.", HelpName = "DIR" };
        var frames = new PositiveOption("--frames", "Frames to calibrate with. They are of other patients, or files, than those that are compared on.", byDefault: 200);
        var output = new Option<string>("--out") { Description = "The new model's directory. What is there is replaced.", HelpName = "DIR", Required = true };
        var quantize = new Command("quantize", "Writes a model that computes in whole numbers of 8 bits, and measures what that costs in grades and brings in speed.")
        {
            model, index, pictures, frames, output,
        };
        quantize.Validators.Add(given =>
        {
            if (given.GetResult(index) is null == given.GetResult(pictures) is null) given.AddError("--index, --pictures: give one of the two.");
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
            Console.Write($"{parsed.GetValue(output)}: written.\n\n{agreement.ToMarkdown("full precision", "8 bits")}{Quantizer.Verdict(agreement)}\n");
            return (int)ExitCode.Ok;
        });
        return quantize;
    }
}
