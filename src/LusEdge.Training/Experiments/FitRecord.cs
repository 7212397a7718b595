using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>How a training ran: what stands beside its results so that it can be repeated.</summary>
/// <param name="DataSha256">Of the index and of every clip that it lists.</param>
/// <param name="Index">The index that was trained on.</param>
/// <param name="Packages">Versions of what it ran on, by name.</param>
/// <param name="Seed">Names the random numbers.</param>
/// <param name="Threads">Threads of the tensor library: another number gives other last bits.</param>
/// <param name="Elapsed">How long it took, breaks left out.</param>
/// <param name="Leaky">True when frames of one clip were both trained on and held out.</param>
/// <param name="DemonstrationOnly">True when a clip is of the phantom, or one of the training that it began with was: nothing unsets it.</param>
/// <param name="Clips">How many clips were trained on.</param>
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
    /// <summary>The file's name in a training's directory.</summary>
    public const string FileName = "record.json";

    /// <summary>The record as it stands in the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, FitRecordJson.Default.FitRecord) + "\n";

    /// <summary>Reads a training's record.</summary>
    /// <param name="directory">The training's directory.</param>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static FitRecord Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), FitRecordJson.Default.FitRecord) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Train anew.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FitRecord))]
internal sealed partial class FitRecordJson : JsonSerializerContext;
