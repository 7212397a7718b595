using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>What disciplines the device's clock.</summary>
[JsonConverter(typeof(ClockSyncConverter))]
public enum ClockSync
{
    /// <summary>Nothing: times are the device's own.</summary>
    None,

    /// <summary>A time service.</summary>
    Ntp,
}

/// <summary>Writes <see cref="ClockSync"/> in snake_case and rejects numbers.</summary>
public sealed class ClockSyncConverter()
    : JsonStringEnumConverter<ClockSync>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
