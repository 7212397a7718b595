using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>The start of every message. Version 1 can gain fields: a reader ignores those it does not know.</summary>
public abstract record Message
{
    /// <summary>Version of the contract.</summary>
    [JsonPropertyOrder(-10)]
    public int V { get; init; } = 1;

    /// <summary>
    /// A UUIDv7, new at each start of the service. An event sent late keeps the boot that it was created in. Its time is that of
    /// the device's clock, which may have been wrong: order boots by <see cref="BootNumber"/>.
    /// </summary>
    [JsonPropertyOrder(-9)]
    public required Guid Boot { get; init; }

    /// <summary>
    /// The start's number: a later start of the device has a higher one, whatever its clock says. Null from a device that is too
    /// old to send it.
    /// </summary>
    [JsonPropertyOrder(-9)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BootNumber { get; init; }

    /// <summary>
    /// Counts from 0 per boot and topic. (device, boot, seq) identifies a topic's message: deduplicate by it. It is also
    /// their order: times are not, because the clock can be set back between two of them.
    /// </summary>
    [JsonPropertyOrder(-8)]
    public required long Seq { get; init; }
}
