using LusEdge.Infer;
using LusEdge.Training.Onnx;

namespace LusEdge.Tests;

/// <summary>
/// A real ONNX model of a few hundred bytes that grades by mean gray: with K classes, a picture of mean gray (i + 0.5) / K x 255
/// has grade i, the surer the nearer. Written by the trainer's own exporter.
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
    public static readonly ModelDescription Four = Seven with { Scheme = "iclus-4", Classes = ["0", "1", "2", "3"], Severities = [0, 1, 2, 3] };

    /// <summary>The mean gray of a picture that has a grade for certain.</summary>
    public static byte GrayOf(int grade, int classes) => (byte)Math.Round((grade + 0.5) / classes * 255);

    /// <summary>The model file's bytes.</summary>
    /// <param name="description">What it says about itself.</param>
    /// <param name="outputs">Columns of its output, where a test wants another number than classes.</param>
    public static byte[] Bytes(ModelDescription description, int? outputs = null)
    {
        int classes = outputs ?? description.Classes.Count;
        var graph = new OnnxGraph("tiny");
        string gray = SeverityGraph.Preprocess(graph, description.Input.Width, description.Input.Height, mean: 0, std: 1);
        // Softmax of w x + b with these is a softmax of -sharpness (x - center)^2.
        float[] centers = [.. Enumerable.Range(0, classes).Select(i => (i + 0.5f) / classes)];
        SeverityGraph.Classify(
            graph, gray, [.. centers.Select(c => 2 * Sharpness * c)], [.. centers.Select(c => -Sharpness * c * c)], (float)description.Temperature);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>Writes a model's directory.</summary>
    /// <param name="directory">Where; made when missing.</param>
    /// <param name="description">What the model says about itself.</param>
    /// <returns>The directory.</returns>
    public static string Write(string directory, ModelDescription description) => Write(directory, description.Scheme, Bytes(description));

    /// <summary>Writes a model's directory around any file content, with the hash that belongs to it.</summary>
    public static string Write(string directory, string scheme, byte[] content)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, SeverityModel.FileName), content);
        File.WriteAllText(
            Path.Combine(directory, ModelManifest.FileName), new ModelManifest("tiny", 1, scheme, ModelManifest.HashOf(content)).ToJson());
        return directory;
    }
}
