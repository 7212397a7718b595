using System.CommandLine;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train fit</c>: trains the demonstration network on the phantom.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var defaults = new FitSettings();
        var output = new Option<string>("--out")
        {
            Description = "Where checkpoints are kept, one a minute. A training that was stopped goes on from there.",
            HelpName = "DIR",
            Required = true,
        };
        var seed = new Option<ulong>("--seed") { Description = "Names initial weights and pictures.", HelpName = "N", DefaultValueFactory = _ => defaults.Seed };
        var images = new PositiveOption("--images", "Training pictures in all, each seen once; the last batch is filled up.", defaults.Images);
        var batch = new PositiveOption("--batch", "Pictures a step.", defaults.Batch);
        var depth = new Option<int>("--depth") { Description = "Layers of the residual network: 18 or 34.", HelpName = "N", DefaultValueFactory = _ => defaults.Depth };
        depth.Validators.Add(given =>
        {
            if (given.Errors.Any() || ResidualNetwork.Depths.ContainsKey(given.GetValueOrDefault<int>())) return;
            given.AddError($"--depth: give {string.Join(" or ", ResidualNetwork.Depths.Keys)}.");
        });
        var threads = new PositiveOption("--threads", "Threads of the tensor library. Another number gives slightly other weights.", defaults.Threads);
        var fit = new Command(
            "fit",
            """
            Trains a ResNet-18 or -34 from random weights on synthetic phantom pictures: for demonstration only.

            Pictures are generated as they are needed. The same options give the same weights, bit by bit. On a machine that does
            other work too, set OMP_WAIT_POLICY=PASSIVE, or idle threads spin.
            """)
        {
            output, seed, images, batch, depth, threads,
        };
        fit.SetAction(async (parsed, stop) =>
        {
            var settings = new FitSettings
            {
                Seed = parsed.GetValue(seed),
                Images = parsed.GetValue(images),
                Batch = parsed.GetValue(batch),
                Depth = parsed.GetValue(depth),
                Threads = parsed.GetValue(threads),
            };
            TorchLibrary.Load();
            var run = new TrainingRun(settings, new CheckpointFolder(parsed.GetValue(output)!), TimeProvider.System);
            TrainingOutcome outcome = await ProgressDisplay.RunAsync(progress => Task.FromResult(run.Run(progress, stop)));
            Console.WriteLine($"""
                {outcome.HeldOut.Pictures} held-out phantom pictures: {outcome.HeldOut.Accuracy:P1} right, {outcome.HeldOut.WithinOne:P1} within one grade,
                macro-F1 {outcome.HeldOut.MacroF1:0.000}, calibration error {outcome.HeldOut.CalibrationError:0.000} at temperature {outcome.Temperature:0.000}.
                Synthetic pictures: these figures say nothing about patients.
                """);
            return (int)ExitCode.Ok;
        });
        return fit;
    }
}
