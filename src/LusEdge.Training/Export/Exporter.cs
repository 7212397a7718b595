using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Fit;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Export;

/// <summary>
/// <c>lusedge-train export</c>: from a finished training to a model directory that the appliance loads, checked by grading a clip.
/// </summary>
internal static class Exporter
{
    private const string Id = "lus-severity-7", Scheme = "sanmatteo-7";

    /// <summary>A sector picture is never this dark; a picture without a signal is.</summary>
    private const float BlackMean = 3;

    /// <summary>Under this the network hesitates between several of seven grades.</summary>
    private const float MinConfidence = 0.4f;

    /// <summary>Exports.</summary>
    /// <param name="checkpoints">The training's directory.</param>
    /// <param name="directory">The model's directory; what is there is replaced as a whole.</param>
    /// <param name="version">The manifest's version, from 1.</param>
    /// <param name="walk">The phantom clip to grade, with its sidecar beside it.</param>
    /// <param name="progress">Told how far the check is.</param>
    /// <param name="cancel">Stops; the model's directory is then as it was.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="TrainingException">There is no finished training, or the clip doesn't fit its sidecar.</exception>
    public static ModelCard Run(string checkpoints, string directory, int version, string walk, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        string checkpoint = new CheckpointFolder(checkpoints).Newest
            ?? throw new TrainingException(TrainingFailure.NotFound, $"{checkpoints} holds no training; run `lusedge-train fit --out {checkpoints}` first.");
        TrainingRecord record = TrainingRecord.Load(checkpoint);
        TrainingOutcome outcome = record.Outcome ?? throw new TrainingException(
            TrainingFailure.NotFinished, $"{checkpoint}: the training is not finished; run `lusedge-train fit` with the same options to go on.");

        byte[] weights = File.ReadAllBytes(Path.Combine(checkpoint, Trainer.WeightsFile));
        byte[] file = Build(record, outcome, checkpoint, ModelManifest.HashOf(weights));
        return ModelDirectory.Replace(directory, new ModelManifest(Id, version, Scheme, ModelManifest.HashOf(file)), file, (model, _) =>
        {
            Evaluation walked = ClipCheck.Run(model, walk, progress, cancel);
            var card = new ModelCard(
                "A demonstration model: it shows what the appliance does with a picture.",
                "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.",
                ModelCard.Synthetic,
                MathF.Round(outcome.Temperature, 4),
                CardFigures.Of(outcome.HeldOut),
                CardFigures.Of(walked));
            return (card, card.ToJson(), card.ToMarkdown(Id, record));
        });
    }

    /// <summary>What an exported file says about itself. Whatever this trainer exports is for demonstration only; nothing unsets that.</summary>
    /// <param name="settings">How it was trained.</param>
    /// <param name="temperature">What the logits are divided by.</param>
    /// <param name="weightsHash">SHA-256 of the weights that were exported.</param>
    internal static ModelDescription Describe(FitSettings settings, float temperature, string weightsHash) => new()
    {
        V = 1,
        Scheme = Scheme,
        Classes = [.. Appearance.Grades.Select(appearance => appearance.Grade)],
        Severities = [.. Appearance.Grades.Select(appearance => appearance.Grade[0] - '0')],
        Input = new ModelInput("frame", settings.Size, settings.Size),
        Preprocessing = new ModelPreprocessing("gray", "stretch-half-pixel-bilinear", Normalisation.Mean, Normalisation.Std),
        Precision = "fp32",
        Temperature = temperature,
        Gate = new ModelGate(BlackMean, MinConfidence),
        Provenance = new ModelProvenance
        {
            DemonstrationOnly = true,
            TrainedOn = ModelCard.Synthetic,
            More = new Dictionary<string, JsonElement>
            {
                ["architecture"] = JsonSerializer.SerializeToElement($"resnet{settings.Depth}", JsonSerializerOptions.Default),
                ["seed"] = JsonSerializer.SerializeToElement(settings.Seed, JsonSerializerOptions.Default),
                ["threads"] = JsonSerializer.SerializeToElement(settings.Threads, JsonSerializerOptions.Default),
                ["images"] = JsonSerializer.SerializeToElement(settings.Images, JsonSerializerOptions.Default),
                ["weights_sha256"] = JsonSerializer.SerializeToElement(weightsHash, JsonSerializerOptions.Default),
            },
        },
    };

    private static byte[] Build(TrainingRecord record, TrainingOutcome outcome, string checkpoint, string weightsHash)
    {
        using var trainer = new Trainer(record.Settings);
        trainer.Resume(checkpoint, record.Step);
        return ResidualGraph.Build(trainer.Network, Describe(record.Settings, outcome.Temperature, weightsHash));
    }
}
