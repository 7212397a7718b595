using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>
/// Writes and reads every message, without reflection: snake_case names, times in UTC with milliseconds. The reader ignores
/// unknown fields, because version 1 can grow, and rejects a message without a required field.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(AvailabilityMessage))]
[JsonSerializable(typeof(ClipMessage))]
[JsonSerializable(typeof(FrameMessage))]
[JsonSerializable(typeof(FramesMessage))]
[JsonSerializable(typeof(HealthMessage))]
[JsonSerializable(typeof(InfoMessage))]
[JsonSerializable(typeof(LiveMessage))]
[JsonSerializable(typeof(MetricsMessage))]
public sealed partial class LusEdgeJson : JsonSerializerContext;
