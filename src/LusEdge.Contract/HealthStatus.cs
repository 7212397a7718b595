using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>How the device is, the better first.</summary>
[JsonConverter(typeof(HealthStatusConverter))]
public enum HealthStatus
{
    /// <summary>It does what it should.</summary>
    Ok,

    /// <summary>It works, but not as it should.</summary>
    Degraded,

    /// <summary>It doesn't do its job, or loses what it promised to keep.</summary>
    Failed,
}

/// <summary>Writes <see cref="HealthStatus"/> in snake_case and refuses numbers.</summary>
public sealed class HealthStatusConverter() : JsonStringEnumConverter<HealthStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
