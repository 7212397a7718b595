using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Export;
using LusEdge.Training.Onnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Quantize;

/// <summary>
/// <c>lusedge-train quantize</c>: makes a model that computes in 8-bit integers from one in full precision. It is a quarter of
/// the size; its card says how many grades change and how much faster it is.
/// </summary>
internal static class Quantizer
{
    /// <summary>With these figures the quantised file is worth using instead of the original.</summary>
    public const double WantedRatio = 1.7, WantedAgreement = 0.99;

    /// <summary>Quantises a model.</summary>
    /// <param name="source">The model's directory.</param>
    /// <param name="frames">Provides the pictures, given the model's threshold for black.</param>
    /// <param name="directory">The new model's directory; an existing model is replaced as a whole.</param>
    /// <param name="progress">Receives the progress after every picture.</param>
    /// <param name="cancel">Stops the work; the directory stays as it was.</param>
    /// <exception cref="ModelException">The appliance can't load the source.</exception>
    /// <exception cref="TrainingException">
    /// The source is already quantised or was written by another program, or there are no pictures.
    /// </exception>
    public static Agreement Run(
        string source, Func<float, FrameSets> frames, string directory, IProgress<WorkProgress> progress,
        CancellationToken cancel)
    {
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) == Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(source)))
            throw new TrainingException(TrainingFailure.WouldOverwrite,
                $"{directory}: this is the model itself, which would be overwritten; name another directory.");
        ModelManifest manifest = ModelManifest.Load(source);
        string path = Path.Combine(source, SeverityModel.FileName);
        ModelDescription description;
        using (SeverityModel model = SeverityModel.Load(
            new InferOptions { Model = Path.GetFullPath(source), Provider = ProviderChoice.Cpu },
            NullLogger<SeverityModel>.Instance)) description = model.Description;
        if (description.Precision == "int8")
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{path}: it is already quantised; give the model that it was made from.");
        }

        byte[] original = File.ReadAllBytes(path);
        OnnxFile file = OnnxFile.Parse(original, path);
        file.WidenHalfWeights();
        var graph = new QdqGraph(file, spared: 0);
        if (graph.Values.Count == 0)
            throw new TrainingException(TrainingFailure.Unreadable, $"{path}: it has no convolution that can be quantised.");

        FrameSets sets = frames(description.Gate.BlackMean);
        GrayFrame[] calibration = [.. sets.Calibration];
        IReadOnlyDictionary<string, QuantizedRange> ranges = ActivationRanges.Find(
            file, graph.Values, calibration,
            done => progress.Report(new WorkProgress("calibrating", done, calibration.Length)), cancel);
        byte[] content = Finish(graph, ranges, description, manifest);

        // The first convolution sees the picture itself, and some networks need more than 256 steps there.
        if (Agreement.Of(original, content, calibration, done =>
            progress.Report(new WorkProgress("first look", done, calibration.Length)), cancel).SameGrade < WantedAgreement)
            content = Finish(new QdqGraph(file, spared: 1), ranges, description, manifest);
        var own = new ModelManifest($"{manifest.Id}-int8", manifest.Version, manifest.Scheme, ModelManifest.HashOf(content));
        return ModelDirectory.Replace(directory, own, content, (model, unfinished) =>
        {
            GoldenPictures.Write(unfinished, content, model.Description);
            Agreement agreement = Agreement.Of(
                original, content, sets.HeldOut,
                done => progress.Report(new WorkProgress("comparing", done, sets.HeldOutFrames)), cancel);
            return (agreement, Card(manifest, agreement, sets),
                Readme(own.Id, description.Provenance.TrainedOn, manifest, agreement, sets));
        });
    }

    /// <summary>Says whether the quantised file may replace the original.</summary>
    public static string Verdict(Agreement agreement) =>
        agreement.SameGrade >= WantedAgreement && agreement.Ratio >= WantedRatio
            ? "It may be used instead of the model in full precision."
            : $"It misses the requirements for the default: the same grade on {WantedAgreement:P0} of the frames at "
                + $"{WantedRatio} times the speed.";

    private static byte[] Finish(
        QdqGraph graph, IReadOnlyDictionary<string, QuantizedRange> ranges, ModelDescription description, ModelManifest from)
    {
        OnnxFile quantized = graph.Build(ranges);
        quantized.SetDescription(description with
        {
            Precision = "int8",
            Provenance = description.Provenance with
            {
                More = new Dictionary<string, JsonElement>(description.Provenance.More ?? [])
                {
                    ["quantized_from"] = JsonSerializer.SerializeToElement(from.Sha256, JsonSerializerOptions.Default),
                    ["stored_weights"] = JsonSerializer.SerializeToElement("int8", JsonSerializerOptions.Default),
                },
            },
        });
        return quantized.ToBytes();
    }

    private static JsonElement Card(ModelManifest manifest, Agreement agreement, FrameSets sets)
    {
        JsonObject card = manifest.Card is { ValueKind: JsonValueKind.Object } old ? JsonObject.Create(old)! : [];
        card["quantized"] = new JsonObject
        {
            ["from"] = manifest.Reference,
            ["frames"] = agreement.Frames,
            ["same_grade"] = agreement.SameGrade,
            ["largest_difference"] = agreement.LargestDifference,
            ["times_as_fast"] = agreement.Ratio,
            ["pictures"] = sets.Words,
        };
        return JsonSerializer.SerializeToElement(card, JsonSerializerOptions.Default);
    }

    private static string Readme(string id, string trainedOn, ModelManifest manifest, Agreement agreement, FrameSets sets) => $"""
        # {id}

        **Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.**
        **Trained on {trainedOn}.**

        `{manifest.Reference}`, computed in 8-bit integers. [Its own card](../{manifest.Id}/README.md) says what that model
        was made from, what it can and can't do, and its terms. All of this applies here too, but the figures there were
        measured in full precision.

        {agreement.ToMarkdown("full precision", "8 bits")}
        {sets.Words}. {Verdict(agreement)}

        This directory was written by `lusedge-train quantize`.

        """;
}
