using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Infer;

/// <summary>
/// A model file's description of itself: the JSON object under the key <c>lusedge</c> of its <c>metadata_props</c>
/// (schema: docs/schemas/v1/model.json). It is authoritative; the trainer and the appliance share this type.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>The key in <c>metadata_props</c>.</summary>
    public const string MetadataKey = "lusedge";

    /// <summary>Version of this format: 1.</summary>
    public required int V { get; init; }

    /// <summary>Id of the severity scale, for instance <c>sanmatteo-7</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The scale's labels, in output order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The integer part of each class, 0-3.</summary>
    public required IReadOnlyList<int> Severities { get; init; }

    /// <summary>The model's picture input.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>The preprocessing built into the file. Informational, for people and trainers.</summary>
    public required ModelPreprocessing Preprocessing { get; init; }

    /// <summary>fp32, fp16 or int8.</summary>
    public required string Precision { get; init; }

    /// <summary>The divisor that the file applies to the logits before the softmax.</summary>
    public required double Temperature { get; init; }

    /// <summary>Thresholds below which a frame gets no score.</summary>
    public required ModelGate Gate { get; init; }

    /// <summary>Where the model comes from.</summary>
    public required ModelProvenance Provenance { get; init; }

    /// <summary>The description in the file's form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.ModelDescription);

    /// <summary>Reads and checks a description.</summary>
    /// <param name="json">The metadata entry's text.</param>
    /// <param name="file">The model file, for the message.</param>
    /// <exception cref="ModelException">The text is incomplete or contradictory; the message lists all errors.</exception>
    public static ModelDescription Parse(string json, string file)
    {
        ModelDescription description;
        try
        {
            description = JsonSerializer.Deserialize(json, ModelJson.Default.ModelDescription)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new ModelException(
                ModelFailure.BadMetadata,
                $"{file}: its metadata entry \"{MetadataKey}\" can't be read: {e.Message} Export the model again.",
                e);
        }

        string[] errors = [.. description.Errors()];
        return errors.Length == 0
            ? description
            : throw new ModelException(
                ModelFailure.BadMetadata,
                $"{file}: its metadata entry \"{MetadataKey}\" is invalid: {string.Join("; ", errors)}. Export the model again.");
    }

    private IEnumerable<string> Errors()
    {
        if (V != 1) yield return $"v is {V}, this program supports 1";
        if (string.IsNullOrWhiteSpace(Scheme)) yield return "scheme is empty";
        if (Classes.Count < 2) yield return $"classes has {Classes.Count} entries, a scale has at least 2";
        if (Classes.Distinct().Count() != Classes.Count) yield return "a class is listed twice";
        if (Severities.Count != Classes.Count) yield return $"{Severities.Count} severities for {Classes.Count} classes";
        if (Severities.Any(s => s is < 0 or > 3)) yield return "a severity is outside 0-3";
        if (!Severities.SequenceEqual(Severities.Order())) yield return "the severities do not rise with the classes";
        if (Input.Width is < 1 or > 4096 || Input.Height is < 1 or > 4096)
        {
            yield return $"the input size {Input.Width}x{Input.Height} is outside 1-4096";
        }

        if (Precision is not ("fp32" or "fp16" or "int8")) yield return $"precision \"{Precision}\" is not one of fp32, fp16, int8";
        if (!(Temperature > 0)) yield return "temperature is not above 0";
        if (!(Gate.BlackMean is >= 0 and <= 255)) yield return "gate.black_mean is outside 0-255";
        if (!(Gate.MinConfidence is >= 0 and <= 1)) yield return "gate.min_confidence is outside 0-1";
        if (!(Gate.MinQuality is null or (>= 0 and <= 1))) yield return "gate.min_quality is outside 0-1";
        if (!(Gate.FrozenAfter is null or > 0)) yield return "gate.frozen_after is not above 0";
        if (!(Gate.FrozenDifference is null or (>= 0 and <= 255))) yield return "gate.frozen_difference is outside 0-255";
        if (Gate.FrozenAfter is null != Gate.FrozenDifference is null)
        {
            yield return "gate.frozen_after and gate.frozen_difference must be set together or not at all";
        }
    }
}

/// <summary>A model's picture input.</summary>
/// <param name="Name">The input's name in the graph: <c>frame</c>, uint8 [1,1,H,W], any H and W.</param>
/// <param name="Width">Width in pixels that the file stretches the picture to.</param>
/// <param name="Height">Height in pixels that the file stretches the picture to.</param>
public sealed record ModelInput(string Name, int Width, int Height);

/// <summary>The preprocessing built into a model file.</summary>
/// <param name="Color"><c>gray</c>, full range 0-255.</param>
/// <param name="Resize"><c>stretch-half-pixel-bilinear</c>: to the network's size, without antialias.</param>
/// <param name="Mean">Subtracted from gray / 255.</param>
/// <param name="Std">Divides the result.</param>
public sealed record ModelPreprocessing(string Color, string Resize, double Mean, double Std);

/// <summary>A model's own thresholds for withholding a score.</summary>
/// <param name="BlackMean">A picture with a mean gray (0-255) below this is black.</param>
/// <param name="MinConfidence">A frame whose highest probability is below this has no score.</param>
public sealed record ModelGate(float BlackMean, float MinConfidence)
{
    /// <summary>
    /// A picture with a quality below this is unlike the training pictures. Null for a model that does not measure quality.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float? MinQuality { get; init; }

    /// <summary>
    /// A picture unchanged for this many seconds is frozen. Null, with <see cref="FrozenDifference"/>, to disable the check.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FrozenAfter { get; init; }

    /// <summary>Mean absolute difference in gray (0-255) up to which two pictures are the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float? FrozenDifference { get; init; }
}

/// <summary>
/// Where a model comes from. Everything else the trainer recorded (seed, data hash, figures) is preserved as it is.
/// </summary>
public sealed record ModelProvenance
{
    /// <summary>True for a model trained on synthetic pictures: its readings mean nothing for a patient.</summary>
    public required bool DemonstrationOnly { get; init; }

    /// <summary>The training pictures, in words.</summary>
    public required string TrainedOn { get; init; }

    /// <summary>Everything else. Settable because the serializer can't initialize extension data.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelJson : JsonSerializerContext;
