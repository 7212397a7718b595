using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Onnx;

/// <summary>
/// Builds a model file from any finished training, and computes what the training's own network says about a picture, to compare
/// the file with.
/// </summary>
internal static class TrainedGraph
{
    /// <summary>The training data of every model that was trained on the phantom.</summary>
    public const string Synthetic = "synthetic phantom pictures: for demonstration only";

    /// <summary>
    /// A picture that stands still for this long was frozen on purpose, because lungs move and so does a scanner's noise. The
    /// difference is the remaining change that a codec leaves between two frames of a frozen picture.
    /// </summary>
    private const double FrozenAfter = 0.8;

    private const float FrozenDifference = 0.75f;

    /// <summary>Builds the content of a model file.</summary>
    /// <param name="model">The finished training.</param>
    /// <param name="description">The description in the file.</param>
    /// <param name="quality">The gate fitted to the training pictures; null for a file without quality output.</param>
    /// <param name="halfWeights">Stores weights in half precision.</param>
    public static byte[] Build(
        TrainedModel model, ModelDescription description, QualityGate? quality, bool halfWeights) => model switch
        {
            { Residual: { } residual } => ResidualGraph.Build(residual, description, quality, halfWeights),
            { Bottleneck: { } network, Head: { } head } =>
                BottleneckGraph.Build(network, head, description, halfWeights, quality, [.. model.Experiment.Frozen.Stages]),
            _ => BottleneckGraph.Build(model.Bottleneck!, Classifier(model.Bottleneck!), description, halfWeights, quality),
        };

    /// <summary>Makes the description in the file.</summary>
    /// <param name="model">The finished training.</param>
    /// <param name="temperature">Divides the logits before the softmax.</param>
    /// <param name="minConfidence">A frame with a lower highest probability gets no grade.</param>
    /// <param name="minQuality">A picture with lower quality gets no grade; null without a gate.</param>
    /// <param name="halfWeights">Whether weights are stored in half precision.</param>
    public static ModelDescription Describe(
        TrainedModel model, float temperature, float minConfidence, float? minQuality, bool halfWeights)
    {
        ScoringScheme scheme = model.Scheme;
        return new ModelDescription
        {
            V = 1,
            Scheme = scheme.Id,
            Classes = scheme.Grades,
            Severities = scheme.Severities,
            Input = new ModelInput("frame", model.Size, model.Size),
            Preprocessing = model.Residual is null
                ? BottleneckGraph.Preprocessing
                : new ModelPreprocessing("gray", "stretch-half-pixel-bilinear", Normalisation.Mean, Normalisation.Std),
            Precision = "fp32",
            Temperature = temperature,
            Gate = new ModelGate(ClipFrames.BlackMean, minConfidence)
            {
                MinQuality = minQuality,
                FrozenAfter = FrozenAfter,
                FrozenDifference = FrozenDifference,
            },
            Provenance = new ModelProvenance
            {
                DemonstrationOnly = model.Record.DemonstrationOnly,
                TrainedOn = TrainedOn(model.Record),
                More = new Dictionary<string, JsonElement>
                {
                    ["architecture"] = Json(model.Experiment.Network.Architecture),
                    ["method"] = Json(model.Experiment.Method),
                    ["stored_weights"] = Json(halfWeights ? "fp16" : "fp32"),
                    ["clips"] = Json(model.Record.Clips),
                    ["data_sha256"] = Json(model.Record.DataSha256),
                    ["seed"] = Json(model.Record.Seed),
                    ["threads"] = Json(model.Record.Threads),
                    ["packages"] = Json(model.Record.Packages),
                },
            },
        };
    }

    /// <summary>Describes the training clips in words.</summary>
    public static string TrainedOn(FitRecord record) => record.DemonstrationOnly
        ? Synthetic
        : $"{record.Clips} labelled clips (index and clips: SHA-256 {record.DataSha256[..16]})";

    /// <summary>Grades a picture with the training's own network and the tensor library, without an exported file.</summary>
    /// <returns>The logits.</returns>
    public static float[] Logits(TrainedModel model, GrayFrame frame)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        var levels = new float[model.Size * model.Size];
        Stretch.Resample(frame.Pixels, frame.Width, (0, 0, frame.Width, frame.Height), mirrored: false, levels, model.Size);
        if (model.Residual is not null) Normalisation.Apply(levels);

        // Two pictures: a single small one would be passed to a library (NNPACK) that most processors do not support, with a line
        // on stderr per convolution.
        Tensor pictures = tensor(levels, [1, 1, model.Size, model.Size]).repeat(2, 1, 1, 1);
        if (model.Residual is { } residual) return Numbers(residual.forward(pictures)[0]);
        Tensor[] features = [.. model.Bottleneck!.forward(pictures).Select(stage => stage.narrow(0, 0, 1))];
        if (model.Head is not { } head) return Numbers(model.Bottleneck.Classifier!.forward(features[^1].mean([2, 3])));
        IEnumerable<float> banded = model.Experiment.Frozen.Stages.SelectMany(stage =>
        {
            Tensor rows = features[stage - 1].mean([3]).squeeze(0);
            long height = rows.shape[1];
            return Numbers(tensor(RowBands.Weights(head.Bands, (int)height), [head.Bands, height]).mm(rows.t()));
        });
        return head.Logits([.. banded, .. model.Experiment.Frozen.Profile ? Profile(levels, model.Size) : []]);
    }

    /// <summary>Computes the profile of the rows with loops, independently of <see cref="RowProfile"/>.</summary>
    /// <returns>Row-major [rows, channels].</returns>
    private static float[] Profile(ReadOnlySpan<float> levels, int size)
    {
        int rows = RowProfile.RowsOf(size), area = RowProfile.Cell * RowProfile.Cell;
        var cells = new double[rows, rows];
        for (int y = 0; y < rows * RowProfile.Cell; y++)
        {
            for (int x = 0; x < rows * RowProfile.Cell; x++)
                cells[y / RowProfile.Cell, x / RowProfile.Cell] += (
                    levels[y * size + x] - 255 * BottleneckGraph.Preprocessing.Mean) / area;
        }

        var profile = new float[rows * RowProfile.Channels];
        for (int y = 0; y < rows; y++)
        {
            double[] row = [.. Enumerable.Range(0, rows).Select(x => cells[y, x])];
            double mean = row.Average();
            float[] features =
            [
                (float)mean,
                (float)Math.Sqrt(row.Average(level => (level - mean) * (level - mean))),
                (float)row.Max(),
                (float)row.Skip(1).Zip(row, (next, level) => Math.Abs(next - level)).Average(),
                y + 1 < rows ? (float)row.Index().Average(pair => Math.Abs(cells[y + 1, pair.Index] - pair.Item)) : 0,
            ];
            features.CopyTo(profile, y * RowProfile.Channels);
        }

        return profile;
    }

    private static LinearHead Classifier(BottleneckNetwork network) =>
        new(1, Numbers(network.Classifier!.weight!), Numbers(network.Classifier.bias!));

    private static float[] Numbers(Tensor values) => values.contiguous().data<float>().ToArray();

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Default);
}
