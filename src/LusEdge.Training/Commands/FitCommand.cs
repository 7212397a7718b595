using System.CommandLine;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Fit;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train fit</c>: trains an experiment, held out by patient.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("EXPERIMENT.json")
        {
            Description = "Everything that determines the training (docs/schemas/v1/experiment.json).",
        };
        var output = new Option<string>("--out")
        {
            Description = "The training's directory. An interrupted training continues there.",
            HelpName = "DIR",
            Required = true,
        };
        var fold = new Option<int?>("--fold")
        {
            Description = "Hold out only this fold, and don't train on all clips.",
            HelpName = "K",
        };
        var leaky = new Option<bool>("--leaky")
        {
            Description = "Split by frame instead of by patient. The figures then show memory, not skill; all output says so.",
        };
        var fit = new Command(
            "fit",
            """
            Trains an experiment: holds out each fold of patients in turn, grades it, then trains on all clips.

            The same experiment, clips and machine give the same weights, bit for bit. If the machine also does other work, set
            OMP_WAIT_POLICY=PASSIVE; otherwise idle threads spin.
            """)
        {
            file, output, fold, leaky,
        };
        fit.SetAction(async (parsed, stop) =>
        {
            Experiment experiment = Experiment.Load(parsed.GetValue(file)!);
            TorchLibrary.Load();
            if (parsed.GetValue(leaky)) Failure.Print(Predictions.LeakyWarning);
            var run = new FitRun(experiment, parsed.GetValue(output)!, parsed.GetValue(leaky), TimeProvider.System);
            int? only = parsed.GetValue(fold);
            IReadOnlyList<FrameLogits> logits = await ProgressDisplay.RunAsync(
                progress => Task.FromResult(run.Run(only is null ? null : [only.Value], progress, stop)));
            Console.WriteLine(
                $"{parsed.GetValue(output)}: {logits.Count} held-out frames graded{(parsed.GetValue(leaky) ? " (leaky)" : "")}.");
            return (int)ExitCode.Ok;
        });
        return fit;
    }
}
