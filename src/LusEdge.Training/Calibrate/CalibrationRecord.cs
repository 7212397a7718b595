using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// The result of <c>lusedge-train calibrate</c>: everything that a model file needs in addition to its weights.
/// </summary>
internal sealed record CalibrationRecord
{
    /// <summary>The name of the record in a training's directory.</summary>
    public const string FileName = "calibration.json";

    /// <summary>Divides the logits; fitted on all held-out frames.</summary>
    public required float Temperature { get; init; }

    /// <summary>The temperature of each fold, fitted on the other folds and used for its held-out predictions.</summary>
    public required IReadOnlyDictionary<string, float> FoldTemperatures { get; init; }

    /// <summary>A frame with a lower highest probability gets no grade.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>A picture with lower quality gets no grade; null for a training without a gate.</summary>
    public float? MinQuality { get; init; }

    /// <summary>The number of held-out frames.</summary>
    public required int Frames { get; init; }

    /// <summary>True if frames of the same clip were both trained on and held out.</summary>
    public required bool Leaky { get; init; }

    /// <summary>How well the gate tells real pictures from others; null without a gate.</summary>
    public GateFigures? Gate { get; init; }

    /// <summary>Writes the file atomically.</summary>
    public void Write(string directory)
    {
        string file = Path.Combine(directory, FileName);
        File.WriteAllText($"{file}.part", JsonSerializer.Serialize(this, CalibrationJson.Default.CalibrationRecord) + "\n");
        File.Move($"{file}.part", file, overwrite: true);
    }

    /// <summary>Reads a training's calibration.</summary>
    /// <param name="directory">The training's directory.</param>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static CalibrationRecord Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        if (!File.Exists(file))
        {
            throw new TrainingException(
                TrainingFailure.NotFinished,
                $"{directory}: the training is not calibrated; run `lusedge-train calibrate --training {directory}` first.");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), CalibrationJson.Default.CalibrationRecord)
                ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Run `lusedge-train calibrate` again.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CalibrationRecord))]
internal sealed partial class CalibrationJson : JsonSerializerContext;
