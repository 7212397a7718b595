using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
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
    /// <summary>The quantised file is worth using instead of the original if it reaches these figures.</summary>
    public const double WantedRatio = 1.7, WantedAgreement = 0.99;

    /// <summary>Quantises a model.</summary>
    /// <param name="source">The model's directory.</param>
    /// <param name="frames">Provides the pictures, given the description in the model file.</param>
    /// <param name="directory">
    /// The new model's directory, whose name becomes the model's id; an existing model is replaced as a whole.
    /// </param>
    /// <param name="version">The version in the manifest, from 1.</param>
    /// <param name="progress">Receives the progress after every picture.</param>
    /// <param name="cancel">Stops the work; the directory stays as it was.</param>
    /// <exception cref="ModelException">The appliance can't load the source.</exception>
    /// <exception cref="TrainingException">
    /// The source is already quantised, was written by another program or has no card, or there are no pictures.
    /// </exception>
    public static Agreement Run(
        string source,
        Func<ModelDescription, FrameSets> frames,
        string directory,
        int version,
        IProgress<WorkProgress> progress,
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
            source, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance))
            description = model.Description;
        if (description.Precision == "int8")
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{path}: it is already quantised; give the model that it was made from.");
        }

        string card = Path.Combine(source, ModelPackage.CardFile);
        if (!File.Exists(card))
            throw new TrainingException(TrainingFailure.NotFound, $"{card}: it is missing. Export the model again.");
        byte[] original = File.ReadAllBytes(path);
        OnnxFile file = OnnxFile.Parse(original, path);
        file.WidenHalfWeights();
        var graph = new QdqGraph(file, spared: 0);
        if (graph.Values.Count == 0)
            throw new TrainingException(TrainingFailure.Unreadable, $"{path}: it has no convolution that can be quantised.");

        FrameSets sets = frames(description);
        GrayFrame[] calibration = [.. sets.Calibration];
        IReadOnlyDictionary<string, QuantizedRange> ranges = ActivationRanges.Find(
            file, graph.Values, calibration,
            done => progress.Report(new WorkProgress("calibrating", done, calibration.Length)), cancel);
        byte[] content = Finish(graph, ranges, description, manifest);

        // The first convolution sees the picture itself, and some networks need more than 256 steps there.
        Agreement firstLook = Agreement.Of(
            original,
            content,
            description.Gate,
            calibration.Select(frame => new LabelledFrame(frame, null)),
            [],
            done => progress.Report(new WorkProgress("first look", done, calibration.Length)),
            cancel);
        if (firstLook.SameGrade < WantedAgreement) content = Finish(new QdqGraph(file, spared: 1), ranges, description, manifest);
        string id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        var own = new ModelManifest(id, version, manifest.Scheme, ModelManifest.HashOf(content));
        return ModelDirectory.Replace(directory, own, content, (model, unfinished) =>
        {
            // Appliances compare the file with the golden answers of full precision, or with its own if it does not reproduce
            // those.
            GoldenPictures.Write(unfinished, original, model.Description);
            bool givesGolden = GoldenFrames.Load(unfinished)!.Compare(unfinished, model).Holds;
            if (!givesGolden) GoldenPictures.Write(unfinished, content, model.Description);
            Agreement compared = Agreement.Of(
                original,
                content,
                description.Gate,
                sets.HeldOut,
                sets.Foreign,
                done => progress.Report(new WorkProgress("comparing", done, sets.HeldOutFrames)),
                cancel);
            Agreement agreement = compared with { GivesGolden = givesGolden };
            string predictions = Path.Combine(source, FrameGrade.FileName);
            if (File.Exists(predictions)) File.Copy(predictions, Path.Combine(unfinished, FrameGrade.FileName));
            return (agreement, Card(manifest, agreement, sets), Readme(File.ReadAllText(card), id, manifest, agreement, sets));
        });
    }

    /// <summary>Says whether the quantised file may replace the original.</summary>
    public static string Verdict(Agreement agreement) =>
        agreement is { GivesGolden: true, SameGrade: >= WantedAgreement, Ratio: >= WantedRatio }
            ? "It may replace the model in full precision."
            : "It does not meet the requirements for replacing the model in full precision: the same grade on "
                + $"{WantedAgreement:P0} of the frames, the same golden answers, and {WantedRatio} times the speed.";

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
            ["gives_golden_answers_of_full_precision"] = agreement.GivesGolden,
            ["pictures"] = sets.Words,
        };
        JsonObject figures = card["quantized"]!.AsObject();
        if (agreement.Right is { } right) figures["right"] = Both(right.Reference, right.Changed);
        if (agreement.Kept is { } kept) figures["kept_by_the_gate"] = Both(kept.Reference, kept.Changed);
        if (agreement.Foreign is { } foreign)
        {
            figures["foreign_pictures"] = foreign.Pictures;
            figures["foreign_pictures_graded"] = Both(foreign.Reference, foreign.Changed);
        }

        return JsonSerializer.SerializeToElement(card, JsonSerializerOptions.Default);
    }

    private static JsonObject Both(JsonNode reference, JsonNode changed) =>
        new() { ["full_precision"] = reference, ["int8"] = changed };

    /// <summary>The original's card, with a section about the quantised file inserted before the original's figures.</summary>
    private static string Readme(string card, string id, ModelManifest manifest, Agreement agreement, FrameSets sets)
    {
        string precision = $"{ModelCard.Precision} computes in int8, with 7-bit weights; made from `{manifest.Reference}` |";
        const string WrittenBy = $"{ModelCard.WrittenBy} `lusedge-train fit`, `calibrate`, `export` and `quantize`.";
        IEnumerable<string> lines = card.Split('\n').Select((line, i) =>
            i == 0 ? $"# {id}"
            : line.StartsWith(ModelCard.Precision, StringComparison.Ordinal) ? precision
            : line.StartsWith(ModelCard.WrittenBy, StringComparison.Ordinal) ? WrittenBy
            : line);
        string text = string.Join('\n', lines), section = $"""


            ## Quantised to 8 bits

            This file is `{manifest.Reference}`, quantised to 8-bit integers. The figures in this section were measured on this
            file, and all others on the original in full precision.

            {agreement.ToMarkdown("full precision", "8 bits")}
            {sets.Words} {Verdict(agreement)}

            """;
        int first = text.IndexOf("\n\n## ", StringComparison.Ordinal);
        return text.Insert(first < 0 ? text.Length : first, section.TrimEnd('\n'));
    }
}
