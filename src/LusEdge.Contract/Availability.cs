using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>Whether the device is there.</summary>
[JsonConverter(typeof(AvailabilityConverter))]
public enum Availability
{
    /// <summary>Connected.</summary>
    Online,

    /// <summary>Stopped cleanly.</summary>
    Offline,

    /// <summary>The connection broke: the broker published the device's will.</summary>
    Lost,
}

/// <summary>Writes <see cref="Availability"/> in snake_case and rejects numbers.</summary>
public sealed class AvailabilityConverter()
    : JsonStringEnumConverter<Availability>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
