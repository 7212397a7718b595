using System.ComponentModel.DataAnnotations;

namespace LusEdge.Configuration;

/// <summary>Which box this is.</summary>
public sealed record DeviceOptions
{
    /// <summary>The device's id in topics and messages.</summary>
    /// <value>None by default: it is made from the machine's own id, the same at every start and different on every box.</value>
    [RegularExpression("[A-Za-z0-9-]{1,64}", ErrorMessage = "Id must be 1 to 64 letters, digits or hyphens: it becomes part of a topic.")]
    public string? Id { get; init; }
}
