using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>How a training ran. It is stored with the results so that the training can be reproduced.</summary>
/// <param name="DataSha256">SHA-256 of the index and all its clips.</param>
/// <param name="Index">The index of the training.</param>
/// <param name="Packages">The versions of the software it ran on, by name.</param>
/// <param name="Seed">Selects the random numbers.</param>
/// <param name="Threads">Threads of the tensor library; another number changes the last bits.</param>
/// <param name="Elapsed">How long it took, without interruptions.</param>
/// <param name="Leaky">True if frames of the same clip were both trained on and held out.</param>
/// <param name="DemonstrationOnly">
/// True if a clip shows the phantom, or if this is true of the training it started from. Nothing resets it.
/// </param>
/// <param name="Clips">The number of clips trained on.</param>
/// <param name="Scheme">The scale.</param>
internal sealed record FitRecord(
    [property: JsonPropertyName("data_sha256")] string DataSha256,
    string Index,
    IReadOnlyDictionary<string, string> Packages,
    int Seed,
    int Threads,
    TimeSpan Elapsed,
    bool Leaky,
    bool DemonstrationOnly,
    int Clips,
    SchemeFile Scheme)
{
    /// <summary>The name of the record in a training's directory.</summary>
    public const string FileName = "record.json";

    /// <summary>Formats the record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FitRecordJson.Default.FitRecord) + "\n";

    /// <summary>Reads a training's record.</summary>
    /// <param name="directory">The training's directory.</param>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static FitRecord Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), FitRecordJson.Default.FitRecord)
                ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Train again.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FitRecord))]
internal sealed partial class FitRecordJson : JsonSerializerContext;
