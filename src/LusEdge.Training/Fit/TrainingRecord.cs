using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Evaluate;

namespace LusEdge.Training.Fit;

/// <summary>What stands in a checkpoint beside its weights.</summary>
internal sealed record TrainingRecord
{
    /// <summary>The file's name in the checkpoint.</summary>
    public const string FileName = "training.json";

    /// <summary>What is trained.</summary>
    public required FitSettings Settings { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>How long they took, breaks left out.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What the training came to; null until its last step.</summary>
    public TrainingOutcome? Outcome { get; init; }

    /// <summary>The record as it stands in the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.TrainingRecord) + "\n";

    /// <summary>Reads a checkpoint's record.</summary>
    /// <param name="checkpoint">The checkpoint's directory.</param>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static TrainingRecord Load(string checkpoint)
    {
        string file = Path.Combine(checkpoint, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), TrainingJson.Default.TrainingRecord) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Delete the directory and train anew.", e);
        }
    }
}

/// <summary>What a finished training came to.</summary>
/// <param name="Temperature">Fitted on pictures of their own, neither trained on nor evaluated on.</param>
/// <param name="HeldOut">Evaluation on pictures that played no other part.</param>
internal sealed record TrainingOutcome(float Temperature, Evaluation HeldOut);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TrainingRecord))]
internal sealed partial class TrainingJson : JsonSerializerContext;
