using LusEdge.Infer;
using LusEdge.Training.Onnx;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Tests;

/// <summary>
/// A real ONNX model of a few hundred bytes that grades by mean gray: with K classes, a picture with mean gray near
/// (i + 0.5) / K x 255 has grade i, and the nearer it is, the more certain. Written by the trainer's own exporter.
/// </summary>
internal static class TinyModel
{
    private const float Sharpness = 400;

    /// <summary>The seven grades of the scheme sanmatteo-7.</summary>
    public static readonly ModelDescription Seven = new()
    {
        V = 1,
        Scheme = "sanmatteo-7",
        Classes = ["0", "0*", "1", "1*", "2", "2*", "3"],
        Severities = [0, 0, 1, 1, 2, 2, 3],
        Input = new ModelInput("frame", 16, 16),
        Preprocessing = new ModelPreprocessing("gray", "stretch-half-pixel-bilinear", 0, 1),
        Precision = "fp32",
        Temperature = 1,
        Gate = new ModelGate(3, 0),
        Provenance = new ModelProvenance { DemonstrationOnly = true, TrainedOn = "nothing: a test's model" },
    };

    /// <summary>The four grades of the scheme iclus-4.</summary>
    public static readonly ModelDescription Four =
        Seven with { Scheme = "iclus-4", Classes = ["0", "1", "2", "3"], Severities = [0, 1, 2, 3] };

    /// <summary>The mean gray of a picture that certainly has a grade.</summary>
    public static byte GrayOf(int grade, int classes) => (byte)Math.Round((grade + 0.5) / classes * 255);

    /// <summary>The model file's bytes.</summary>
    /// <param name="description">The model's own description.</param>
    /// <param name="outputs">Columns of its output, if a test needs another number than its classes.</param>
    public static byte[] Bytes(ModelDescription description, int? outputs = null)
    {
        int classes = outputs ?? description.Classes.Count;
        var graph = new OnnxGraph("tiny");
        string gray = SeverityGraph.Preprocess(graph, description.Input.Width, description.Input.Height, mean: 0, std: 1);
        Grade(graph, gray, classes, description);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>With these weights, a softmax of w x + b equals a softmax of -sharpness (x - center)^2.</summary>
    private static void Grade(OnnxGraph graph, string gray, int classes, ModelDescription description)
    {
        float[] centers = [.. Enumerable.Range(0, classes).Select(i => (i + 0.5f) / classes)];
        SeverityGraph.Classify(
            graph,
            gray,
            [.. centers.Select(c => 2 * Sharpness * c)],
            [.. centers.Select(c => -Sharpness * c * c)],
            (float)description.Temperature);
    }

    /// <summary>A model that also measures <c>quality</c>, by mean gray alone: the darker the picture, the higher.</summary>
    /// <param name="description">The model's own description.</param>
    /// <param name="level">The mean gray, 0-255, of a picture whose quality is one half.</param>
    /// <param name="steepness">How fast quality falls from 1 (black) to 0 (white).</param>
    /// <param name="columns">Columns of the output, if a test needs more than one.</param>
    public static byte[] WithQuality(ModelDescription description, float level, float steepness = 50, int columns = 1)
    {
        var graph = new OnnxGraph("gated");
        string gray = SeverityGraph.Preprocess(graph, description.Input.Width, description.Input.Height, mean: 0, std: 1);
        string mean = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [gray])], ("axis", 1));
        float[] slope = new float[columns], offset = new float[columns];
        slope.AsSpan().Fill(-steepness);
        offset.AsSpan().Fill(steepness * level / 255);
        string scaled = graph.Node("MatMul", [mean, graph.Constant(slope, 1, columns)]);
        string logit = graph.Node("Add", [scaled, graph.Constant(offset, 1, columns)]);
        graph.Output("Sigmoid", [logit], "quality", ["1", $"{columns}"]);
        Grade(graph, gray, description.Classes.Count, description);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>A model of <see cref="Four"/> that grades a gray picture but overflows a float on a white one.</summary>
    public static byte[] FailingOnWhite()
    {
        var graph = new OnnxGraph("overflow");
        SeverityGraph.Classify(
            graph, SeverityGraph.Preprocess(graph, 8, 8, mean: 0, std: 1), [3e36f, 0, 0, 0], [3.38e38f, 0, 0, 0], 1);
        return graph.ToBytes((ModelDescription.MetadataKey, Four.ToJson()));
    }

    /// <summary>
    /// <see cref="Four"/> with an input of 1920x1080, which is also the size of the warm-up frame.
    /// </summary>
    public static readonly ModelDescription LargeInput = Four with { Input = new ModelInput("frame", 1920, 1080) };

    /// <summary>A model of <see cref="LargeInput"/> that takes many seconds to load.</summary>
    public static byte[] SlowToLoad() => Slow(LargeInput);

    /// <summary>A model of <see cref="Four"/> that takes many seconds per 1920x1080 picture: it convolves at full size.</summary>
    public static byte[] Slow() => Slow(Four);

    private static byte[] Slow(ModelDescription description)
    {
        const int Convolutions = 6, Channels = 16, Kernel = 31, Pad = Kernel / 2;
        long[] pads = [Pad, Pad, Pad, Pad];
        var graph = new OnnxGraph("slow");
        string frame = graph.Input("frame", DataType.Uint8, "1", "1", "h", "w");
        string features = graph.Node("Cast", [frame], ("to", (int)DataType.Float));
        for (int i = 0; i < Convolutions; i++)
        {
            string widen = graph.Constant(new float[Channels * Kernel * Kernel], Channels, 1, Kernel, Kernel);
            string narrow = graph.Constant(new float[Channels * Kernel * Kernel], 1, Channels, Kernel, Kernel);
            features = graph.Node("Conv", [graph.Node("Conv", [features, widen], ("pads", pads)), narrow], ("pads", pads));
        }

        SeverityGraph.Classify(graph, features, new float[4], new float[4], 1);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>Writes a model's directory.</summary>
    /// <param name="directory">The directory; created if missing.</param>
    /// <param name="description">The model's own description.</param>
    /// <returns>The directory.</returns>
    public static string Write(string directory, ModelDescription description) =>
        Write(directory, description.Scheme, Bytes(description));

    /// <summary>Writes a model's directory with any file content, and a manifest with its hash.</summary>
    public static string Write(string directory, string scheme, byte[] content)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, SeverityModel.FileName), content);
        File.WriteAllText(
            Path.Combine(directory, ModelManifest.FileName),
            new ModelManifest("tiny", 1, scheme, ModelManifest.HashOf(content)).ToJson());
        return directory;
    }
}
