using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>A message with a result, and what produced it. Never compare or sum grades of different schemes.</summary>
public abstract record ResultMessage : Message
{
    /// <summary>The severity scale, for instance <c>iclus-4</c>.</summary>
    [JsonPropertyOrder(10)]
    public required string Scheme { get; init; }

    /// <summary>Id @ manifest version : first 8 hex digits of the model file's SHA-256.</summary>
    [JsonPropertyOrder(11)]
    public required string Model { get; init; }

    /// <summary>The provider that the model actually ran on: cpu, cuda or tensorrt.</summary>
    [JsonPropertyOrder(12)]
    public required string Provider { get; init; }

    /// <summary>fp32, fp16 or int8.</summary>
    [JsonPropertyOrder(13)]
    public required string Precision { get; init; }

    /// <summary>Always true: see <see cref="Disclaimer"/>.</summary>
    [JsonPropertyOrder(14)]
    public bool ResearchUseOnly { get; init; } = true;

    /// <summary>True for a model trained on synthetic pictures; absent otherwise.</summary>
    [JsonPropertyOrder(15)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DemonstrationOnly { get; init; }
}
