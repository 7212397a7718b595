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
    /// <summary>With these figures the quantised file is worth using instead of the original.</summary>
    public const double WantedRatio = 1.7, WantedAgreement = 0.99;

    /// <summary>Quantises a model.</summary>
    /// <param name="source">The model's directory.</param>
    /// <param name="frames">Makes the pictures, given what the model says about itself.</param>
    /// <param name="directory">The new model's directory, whose name is its id; what is there is replaced as a whole.</param>
    /// <param name="version">The manifest's version, from 1.</param>
    /// <param name="progress">Told after every picture.</param>
    /// <param name="cancel">Stops; the directory is then as it was.</param>
    /// <exception cref="ModelException">The source is no model that the appliance loads.</exception>
    /// <exception cref="TrainingException">
    /// It is quantised already, another program wrote it, it has no card, or there are no pictures.
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
            source, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance)) description = model.Description;
        if (description.Precision == "int8") throw new TrainingException(TrainingFailure.Unreadable, $"{path}: it is quantised already; give the model that it was made from.");
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

        // The first convolution sees the picture itself, of which some networks need more than 256 steps.
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
            // A box holds the file against the answers in full precision; against its own, if it does not give those.
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
            ? "It may take the place of the model in full precision."
            : $"It misses what would make it the default: the same grade on {WantedAgreement:P0} of the frames, "
                + $"the golden answers of full precision, and {WantedRatio} times the speed.";

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

    /// <summary>The original's card, with a section of this file's own figures before the original's.</summary>
    private static string Readme(string card, string id, ModelManifest manifest, Agreement agreement, FrameSets sets)
    {
        string precision = $"| precision | computes in int8, weights in 7 bits; made from `{manifest.Reference}` |";
        const string WrittenBy = "`lusedge-train fit`, `calibrate`, `export` and `quantize` wrote this directory.";
        IEnumerable<string> lines = card.Split('\n').Select((line, i) =>
            i == 0 ? $"# {id}"
            : line.StartsWith("| precision |", StringComparison.Ordinal) ? precision
            : line.StartsWith("`lusedge-train fit`", StringComparison.Ordinal) ? WrittenBy
            : line);
        string text = string.Join('\n', lines), section = $"""


            ## In 8 bits

            This file is `{manifest.Reference}` quantised to 8-bit integers. The next table is about this file; everything
            after it was measured on the original in full precision.

            {agreement.ToMarkdown("full precision", "8 bits")}
            {sets.Words} {Verdict(agreement)}

            """;
        int first = text.IndexOf("\n\n## ", StringComparison.Ordinal);
        return text.Insert(first < 0 ? text.Length : first, section.TrimEnd('\n'));
    }
}
