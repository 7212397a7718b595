using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>What disciplines the device's clock.</summary>
[JsonConverter(typeof(ClockSyncConverter))]
public enum ClockSync
{
    /// <summary>Nothing does: times are the device's own.</summary>
    None,

    /// <summary>A time service does.</summary>
    Ntp,
}

/// <summary>Writes <see cref="ClockSync"/> in snake_case and refuses numbers.</summary>
public sealed class ClockSyncConverter() : JsonStringEnumConverter<ClockSync>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
