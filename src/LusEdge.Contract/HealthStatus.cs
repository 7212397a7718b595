using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>The device's health, best first.</summary>
[JsonConverter(typeof(HealthStatusConverter))]
public enum HealthStatus
{
    /// <summary>It works as it should.</summary>
    Ok,

    /// <summary>It works, with limitations.</summary>
    Degraded,

    /// <summary>It does not do its job, or loses what it promised to keep.</summary>
    Failed,
}

/// <summary>Writes <see cref="HealthStatus"/> in snake_case and rejects numbers.</summary>
public sealed class HealthStatusConverter()
    : JsonStringEnumConverter<HealthStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
