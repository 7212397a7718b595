using System.ComponentModel.DataAnnotations;

namespace LusEdge.Configuration;

/// <summary>Identifies this device.</summary>
public sealed record DeviceOptions
{
    /// <summary>The device's id in topics and messages.</summary>
    /// <value>None by default: it is derived from the machine's own id, stable across starts and unique per device.</value>
    [RegularExpression(
        "[A-Za-z0-9-]{1,64}", ErrorMessage = "Id must be 1 to 64 letters, digits or hyphens: it becomes part of a topic.")]
    public string? Id { get; init; }
}
