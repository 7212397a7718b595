using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;
using LusEdge.Training.Phantom;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Export;

/// <summary>
/// Pictures with the answers that the model gave on the machine where it was made. Wherever the model is installed, they show
/// whether it computes the same. They show the phantom, whatever the model was trained on: they prove the computation, not the
/// medicine.
/// </summary>
internal static class GoldenPictures
{
    /// <summary>Their directory below the model's directory.</summary>
    public const string DirectoryName = "golden";

    /// <summary>The file with the answers.</summary>
    public const string FileName = "expected.json";

    /// <summary>Processors differ in the last decimals, and 8-bit integers round half-way values either way.</summary>
    private const double Tolerance = 0.005, QuantizedTolerance = 0.02;

    private const int Width = 112, Height = 84;
    private const ulong Seed = 20;

    /// <summary>Writes the pictures and the answers.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="content">The model file's content.</param>
    /// <param name="description">The description in the model file.</param>
    public static void Write(string directory, byte[] content, ModelDescription description)
    {
        string golden = Path.Combine(directory, DirectoryName);
        Directory.CreateDirectory(golden);
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(content, options);
        var frames = new List<GoldenAnswer>();
        var random = new SeededRandom(Seed);
        var renderer = new PhantomRenderer();
        foreach ((int i, Appearance appearance) in Appearance.Grades.Index())
        {
            var picture = new byte[Width * Height];
            ScanConverter.Convex(Width, Height, 0.55f, 0.28f)
                .Convert(renderer.Render(new PhantomScene(appearance, Seed), 1, random), picture);
            string file = $"{i + 1:00}.pgm";
            File.WriteAllBytes(
                Path.Combine(golden, file), [.. Encoding.ASCII.GetBytes($"P5\n{Width} {Height}\n255\n"), .. picture]);
            frames.Add(Answer(session, file, picture, description));
        }

        var expected = new GoldenAnswers(
            ModelManifest.HashOf(content), frames, description.Precision == "int8" ? QuantizedTolerance : Tolerance);
        File.WriteAllText(
            Path.Combine(golden, FileName), JsonSerializer.Serialize(expected, GoldenJson.Default.GoldenAnswers) + "\n");
    }

    private static GoldenAnswer Answer(InferenceSession session, string file, byte[] picture, ModelDescription description)
    {
        string[] names = session.OutputMetadata.ContainsKey("quality") ? ["probabilities", "quality"] : ["probabilities"];
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, 1, Height, Width]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [description.Input.Name], [input], names);
        float[] p = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return new GoldenAnswer(
            file, p, description.Classes[Array.IndexOf(p, p.Max())], names.Length > 1
                ? outputs[1].GetTensorDataAsSpan<float>()[0]
                : null);
    }
}

/// <summary>The file with the answers.</summary>
/// <param name="ModelSha256">SHA-256 of the model file that gave the answers.</param>
/// <param name="Frames">The answer to each picture, computed by ONNX Runtime on the processor in one thread.</param>
/// <param name="Tolerance">The allowed difference of a probability elsewhere.</param>
internal sealed record GoldenAnswers(
    [property: JsonPropertyName("model_sha256")] string ModelSha256, IReadOnlyList<GoldenAnswer> Frames, double Tolerance);

/// <summary>The answer to a picture.</summary>
/// <param name="File">The picture, a binary PGM.</param>
/// <param name="Probabilities">In class order.</param>
/// <param name="Grade">The class with the highest probability.</param>
/// <param name="Quality">The quality, if the model has that output.</param>
internal sealed record GoldenAnswer(
    string File, float[] Probabilities, string Grade,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float? Quality);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(GoldenAnswers))]
internal sealed partial class GoldenJson : JsonSerializerContext;
