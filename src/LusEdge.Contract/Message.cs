using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>What every message begins with. Fields may be added within version 1: a reader ignores those it doesn't know.</summary>
public abstract record Message
{
    /// <summary>Version of the contract.</summary>
    [JsonPropertyOrder(-10)]
    public int V { get; init; } = 1;

    /// <summary>A UUIDv7 made at each start of the service. An event sent late keeps the one it was made under.</summary>
    [JsonPropertyOrder(-9)]
    public required Guid Boot { get; init; }

    /// <summary>Counts from 0 within a boot and a topic. (device, boot, seq) names a message: deduplicate by it.</summary>
    [JsonPropertyOrder(-8)]
    public required long Seq { get; init; }
}
