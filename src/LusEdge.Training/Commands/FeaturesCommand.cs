using System.CommandLine;
using LusEdge.Training.Clips;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train features</c>: what ImageNet's network sees in patients' clips.</summary>
internal static class FeaturesCommand
{
    private const int LargestShrink = 32, Stages = 4;

    public static Command Create()
    {
        var defaults = new FeatureSettings();
        Option<string> index = ClipOptions.Index(), imagenet = ClipOptions.Imagenet(required: true);
        PositiveOption size = ClipOptions.Size(), frames = ClipOptions.Frames();
        size.Validators.Add(given =>
        {
            if (given.Errors.Any() || given.GetValueOrDefault<int>() % LargestShrink == 0) return;
            given.AddError($"--size: give a multiple of {LargestShrink}.");
        });
        var stages = new Option<int[]>("--stages")
        {
            Description = $"The network's stages to keep the features of, 1 to {Stages}.",
            HelpName = "N",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. defaults.Stages],
        };
        stages.Validators.Add(given =>
        {
            if (given.Errors.Any() || given.GetValueOrDefault<int[]>() is { Length: > 0 } all && all.All(stage => stage is >= 1 and <= Stages)) return;
            given.AddError($"--stages: give whole numbers from 1 to {Stages}.");
        });
        var threads = new PositiveOption("--threads", "Clips at once.", defaults.Threads);
        var output = new Option<string>("--out") { Description = "Where the features are kept. A run that was stopped goes on from there.", HelpName = "DIR", Required = true };
        var features = new Command("features", "Decodes labelled clips as the appliance does and keeps what a ResNet-50 with ImageNet's weights sees in them.")
        {
            index, imagenet, output, size, frames, stages, threads,
        };
        features.SetAction(async (parsed, stop) =>
        {
            IReadOnlyList<LabelledClip> clips = ClipIndex.Load(parsed.GetValue(index)!);
            TorchLibrary.Load();
            var settings = new FeatureSettings
            {
                Size = parsed.GetValue(size),
                Frames = parsed.GetValue(frames),
                Stages = parsed.GetValue(stages)!,
                Threads = parsed.GetValue(threads),
            };
            byte[] backbone;
            using (BottleneckNetwork network = ImagenetWeights.Load(parsed.GetValue(imagenet)!, settings.Stages.Max()))
                backbone = BottleneckGraph.BuildRows(network, settings.Size, [.. settings.Stages]);
            await ProgressDisplay.RunAsync(progress =>
            {
                new FeatureExtractor(backbone, settings, parsed.GetValue(output)!).Run(parsed.GetValue(index)!, clips, progress, stop);
                return Task.CompletedTask;
            });
            Console.WriteLine($"{parsed.GetValue(output)}: features of {clips.Count} clips.");
            return (int)ExitCode.Ok;
        });
        return features;
    }
}
