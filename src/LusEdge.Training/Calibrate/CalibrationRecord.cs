using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Calibrate;

/// <summary>What <c>lusedge-train calibrate</c> found out: all that a model file needs beside its weights.</summary>
internal sealed record CalibrationRecord
{
    /// <summary>The file's name in a training's directory.</summary>
    public const string FileName = "calibration.json";

    /// <summary>What the logits are divided by, fitted on all held-out frames.</summary>
    public required float Temperature { get; init; }

    /// <summary>For each fold, fitted on the others: what its held-out predictions were made with.</summary>
    public required IReadOnlyDictionary<string, float> FoldTemperatures { get; init; }

    /// <summary>A frame whose highest probability is lower has no grade.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>A picture whose quality is lower has no grade; null for a training that has no gate.</summary>
    public float? MinQuality { get; init; }

    /// <summary>Held-out frames.</summary>
    public required int Frames { get; init; }

    /// <summary>True when frames of one clip were both trained on and held out.</summary>
    public required bool Leaky { get; init; }

    /// <summary>How the gate tells real pictures from others; null without one.</summary>
    public GateFigures? Gate { get; init; }

    /// <summary>Writes the file: it appears under its name only when it is complete.</summary>
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
                TrainingFailure.NotFinished, $"{directory}: the training is not calibrated; run `lusedge-train calibrate --training {directory}` first.");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), CalibrationJson.Default.CalibrationRecord) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Run `lusedge-train calibrate` again.", e);
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
