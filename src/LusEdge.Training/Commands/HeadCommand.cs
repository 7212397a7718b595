using System.CommandLine;
using System.Globalization;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train head</c>: trains what grades the features, held out by patient, and writes the model.</summary>
internal static class HeadCommand
{
    public static Command Create()
    {
        var defaults = new HeadSettings();
        Option<string> index = ClipOptions.Index(), imagenet = ClipOptions.Imagenet(required: false);
        PositiveOption size = ClipOptions.Size(), frames = ClipOptions.Frames();
        var features = new Option<string>("--features") { Description = "The directory that `features --out` named.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--out") { Description = "The model's directory; what is there is replaced. Needs --imagenet. Without it, only the figures are printed.", HelpName = "DIR" };
        var release = new PositiveOption("--release", "The version that the manifest gives the model.", byDefault: 1);
        var stage = new PositiveOption("--stage", "The network's stage whose features are graded.", defaults.Stage);
        var bands = new PositiveOption("--bands", "Horizontal bands that the features are averaged in.", defaults.Bands);
        var components = new PositiveOption("--components", "Principal components that are kept.", defaults.Components);
        var penalty = new Option<double>("--penalty") { Description = "Weight of the squared coefficients.", HelpName = "X", DefaultValueFactory = _ => defaults.Penalty };
        var unordered = new Option<bool>("--unordered") { Description = "A direction of its own for each grade, instead of steps along one." };
        var unbalanced = new Option<bool>("--unbalanced") { Description = "A grade weighs as much as it has clips." };
        var only = new Option<string?>("--only") { Description = "Train on this set alone. All are graded.", HelpName = "DATASET" };
        var head = new Command("head", "Trains what grades the features of `features`, with figures from held-out patients, and writes the model.")
        {
            index, features, imagenet, output, release, size, frames, stage, bands, components, penalty, unordered, unbalanced, only,
        };
        head.Validators.Add(given =>
        {
            if (given.GetResult(output) is not null && given.GetResult(imagenet) is null)
                given.AddError("--out: give --imagenet too, the convolutions' weights.");
        });
        penalty.Validators.Add(given =>
        {
            if (given.Errors.Any() || given.GetValueOrDefault<double>() > 0) return;
            given.AddError("--penalty: give a number above 0.");
        });
        head.SetAction(async (parsed, stop) =>
        {
            string path = parsed.GetValue(index)!;
            IReadOnlyList<LabelledClip> clips = ClipIndex.Load(path);
            var settings = new HeadSettings
            {
                Stage = parsed.GetValue(stage),
                Bands = parsed.GetValue(bands),
                Components = parsed.GetValue(components),
                Penalty = parsed.GetValue(penalty),
                Ordered = !parsed.GetValue(unordered),
                Balanced = !parsed.GetValue(unbalanced),
                Only = parsed.GetValue(only),
            };
            var extracted = new FeatureSettings { Size = parsed.GetValue(size), Frames = parsed.GetValue(frames), Stages = [settings.Stage] };
            TorchLibrary.Load();
            IReadOnlyList<BandedFrame> banded = BandedFeatures.Load(clips, extracted, parsed.GetValue(features)!, settings);
            IReadOnlyList<SetFigures> figures = await ProgressDisplay.RunAsync(progress =>
            {
                CrossValidated validated = new CrossValidation(banded, settings).Run(progress, stop);
                if (parsed.GetValue(output) is not { } directory) return Task.FromResult(ClipFigures.Of(clips, validated.Grades));
                var data = new ClipTraining(
                    Path.GetDirectoryName(Path.GetFullPath(path))!, ModelManifest.HashOf(File.ReadAllBytes(path)), clips, banded, extracted, settings);
                using BottleneckNetwork network = ImagenetWeights.Load(parsed.GetValue(imagenet)!, settings.Stage);
                (ClipCard card, float difference) = ClipExporter.Run(network, validated, data, directory, parsed.GetValue(release), progress, stop);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{directory}: on the appliance's path no probability differs from the training's by more than {difference:0.00000}.\n"));
                return Task.FromResult(card.HeldOut);
            });
            Console.Write(FiguresTable.ToMarkdown(figures));
            return (int)ExitCode.Ok;
        });
        return head;
    }
}
