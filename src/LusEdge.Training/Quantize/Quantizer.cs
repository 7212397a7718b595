using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Export;
using LusEdge.Training.Onnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Quantize;

/// <summary>
/// <c>lusedge-train quantize</c>: from a model in full precision to one that computes in whole numbers of 8 bits, a quarter of the
/// size, with what that costs in grades and brings in speed measured and written on its card.
/// </summary>
internal static class Quantizer
{
    /// <summary>What makes the quantised file worth having in the other's place.</summary>
    public const double WantedRatio = 1.7, WantedAgreement = 0.99;

    /// <summary>Quantises.</summary>
    /// <param name="source">The model's directory.</param>
    /// <param name="frames">Makes the pictures, given what the model calls black.</param>
    /// <param name="directory">The new model's directory; what is there is replaced as a whole.</param>
    /// <param name="progress">Told after every picture.</param>
    /// <param name="cancel">Stops; the directory is then as it was.</param>
    /// <exception cref="ModelException">The source is no model that the appliance loads.</exception>
    /// <exception cref="TrainingException">It is quantised already, another program wrote it, or there are no pictures.</exception>
    public static Agreement Run(
        string source, Func<float, FrameSets> frames, string directory, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)))
            throw new TrainingException(TrainingFailure.InTheWay, $"{directory}: that is the model itself, which would be gone; name another directory.");
        ModelManifest manifest = ModelManifest.Load(source);
        string path = Path.Combine(source, SeverityModel.FileName);
        ModelDescription description;
        using (SeverityModel model = SeverityModel.Load(
            source, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance)) description = model.Description;
        if (description.Precision == "int8") throw new TrainingException(TrainingFailure.Unreadable, $"{path}: it is quantised already; give the model that it was made from.");
        byte[] original = File.ReadAllBytes(path);
        OnnxFile file = OnnxFile.Parse(original, path);
        file.Widen();
        var graph = new QdqGraph(file, spared: 0);
        if (graph.Values.Count == 0) throw new TrainingException(TrainingFailure.Unreadable, $"{path}: it has no convolution that could be quantised.");

        FrameSets sets = frames(description.Gate.BlackMean);
        GrayFrame[] calibration = [.. sets.Calibration];
        IReadOnlyDictionary<string, QuantizedRange> ranges = ActivationRanges.Find(
            file, graph.Values, calibration, done => progress.Report(new WorkProgress("calibrating", done, calibration.Length)), cancel);
        byte[] content = Finish(graph, ranges, description, manifest);

        // The first convolution sees the picture itself, of which some networks need more than 256 steps.
        if (Agreement.Of(original, content, calibration, done => progress.Report(new WorkProgress("first look", done, calibration.Length)), cancel).SameGrade < WantedAgreement)
            content = Finish(new QdqGraph(file, spared: 1), ranges, description, manifest);
        var own = new ModelManifest($"{manifest.Id}-int8", manifest.Version, manifest.Scheme, ModelManifest.HashOf(content));
        return ModelDirectory.Replace(directory, own, content, (model, unfinished) =>
        {
            GoldenPictures.Write(unfinished, content, model.Description);
            Agreement agreement = Agreement.Of(
                original, content, sets.HeldOut, done => progress.Report(new WorkProgress("comparing", done, sets.HeldOutFrames)), cancel);
            return (agreement, Card(manifest, agreement, sets), Readme(own.Id, description.Provenance.TrainedOn, manifest, agreement, sets));
        });
    }

    /// <summary>Whether the quantised file may take the other's place, in a sentence.</summary>
    public static string Verdict(Agreement agreement) =>
        agreement.SameGrade >= WantedAgreement && agreement.Ratio >= WantedRatio
            ? "It may take the place of the model in full precision."
            : $"It misses what would make it the default: the same grade on {WantedAgreement:P0} of the frames, at {WantedRatio} times the speed.";

    private static byte[] Finish(QdqGraph graph, IReadOnlyDictionary<string, QuantizedRange> ranges, ModelDescription description, ModelManifest from)
    {
        OnnxFile quantized = graph.Build(ranges);
        quantized.Describe(description with
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

        `{manifest.Reference}`, computed in whole numbers of 8 bits. What that model is made from, is good for and can't do, and its terms, are on
        [its own card](../{manifest.Id}/README.md) and hold here; the figures there were measured in full precision.

        {agreement.ToMarkdown("full precision", "8 bits")}
        {sets.Words}. {Verdict(agreement)}

        `lusedge-train quantize` wrote this directory.

        """;
}
