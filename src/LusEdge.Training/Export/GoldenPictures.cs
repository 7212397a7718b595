using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;
using LusEdge.Training.Phantom;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Export;

/// <summary>
/// Pictures with the answers that a model gave to them where it was made: whoever installs it can see that it computes the same there.
/// They are the phantom's whatever the model was trained on; they prove the computation, not the medicine.
/// </summary>
internal static class GoldenPictures
{
    /// <summary>Their directory in the model's.</summary>
    public const string DirectoryName = "golden";

    /// <summary>The file with the answers.</summary>
    public const string FileName = "expected.json";

    /// <summary>Processors differ in the last decimals; whole numbers of 8 bits round half-way values either way.</summary>
    private const double Tolerance = 0.005, QuantizedTolerance = 0.02;

    private const int Width = 112, Height = 84;
    private const ulong Seed = 20;

    /// <summary>Writes pictures and answers.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="content">The model file's content.</param>
    /// <param name="description">What it says about itself.</param>
    public static void Write(string directory, byte[] content, ModelDescription description)
    {
        string golden = Path.Combine(directory, DirectoryName);
        Directory.CreateDirectory(golden);
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(content, options);
        var frames = new List<GoldenAnswer>();
        var random = new SeededRandom(Seed);
        var renderer = new PhantomRenderer();
        foreach ((int i, Appearance appearance) in Appearance.Grades.Index())
        {
            var picture = new byte[Width * Height];
            ScanConverter.Convex(Width, Height, 0.55f, 0.28f).Convert(renderer.Render(new PhantomScene(appearance, Seed), 1, random), picture);
            string file = $"{i + 1:00}.pgm";
            File.WriteAllBytes(Path.Combine(golden, file), [.. Encoding.ASCII.GetBytes($"P5\n{Width} {Height}\n255\n"), .. picture]);
            frames.Add(Answer(session, file, picture, description));
        }

        var expected = new GoldenAnswers(ModelManifest.HashOf(content), frames, description.Precision == "int8" ? QuantizedTolerance : Tolerance);
        File.WriteAllText(Path.Combine(golden, FileName), JsonSerializer.Serialize(expected, GoldenJson.Default.GoldenAnswers) + "\n");
    }

    private static GoldenAnswer Answer(InferenceSession session, string file, byte[] picture, ModelDescription description)
    {
        string[] names = session.OutputMetadata.ContainsKey("quality") ? ["probabilities", "quality"] : ["probabilities"];
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, 1, Height, Width]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [description.Input.Name], [input], names);
        float[] p = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return new GoldenAnswer(
            file, p, description.Classes[Array.IndexOf(p, p.Max())], names.Length > 1 ? outputs[1].GetTensorDataAsSpan<float>()[0] : null);
    }
}

/// <summary>What stands beside the pictures.</summary>
/// <param name="ModelSha256">SHA-256 of the model file that answered.</param>
/// <param name="Frames">Each picture's answers, as they came: by ONNX Runtime on the processor, in one thread.</param>
/// <param name="Tolerance">How far a probability may be off elsewhere.</param>
internal sealed record GoldenAnswers([property: JsonPropertyName("model_sha256")] string ModelSha256, IReadOnlyList<GoldenAnswer> Frames, double Tolerance);

/// <summary>A picture's answers.</summary>
/// <param name="File">The picture, a binary PGM.</param>
/// <param name="Probabilities">In class order.</param>
/// <param name="Grade">The class with the highest.</param>
/// <param name="Quality">If the model has that output.</param>
internal sealed record GoldenAnswer(
    string File, float[] Probabilities, string Grade, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float? Quality);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(GoldenAnswers))]
internal sealed partial class GoldenJson : JsonSerializerContext;
