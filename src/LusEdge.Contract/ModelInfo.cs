using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>The model that grades the frames, and its scale.</summary>
public sealed record ModelInfo
{
    /// <summary>The model's id.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Id @ manifest version : first 8 hex digits of the file's SHA-256. Every result carries it as <c>model</c>.
    /// </summary>
    public required string Reference { get; init; }

    /// <summary>SHA-256 of the model file, 64 lower-case hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The severity scale.</summary>
    public required string Scheme { get; init; }

    /// <summary>The scale's labels in class order: the order of every <c>p</c>.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The integer part of each label, 0-3.</summary>
    public required IReadOnlyList<int> Severities { get; init; }

    /// <summary>auto, tensorrt, cuda or cpu, as configured.</summary>
    public required string RequestedProvider { get; init; }

    /// <summary>The provider that it actually runs on.</summary>
    public required string Provider { get; init; }

    /// <summary>fp32, fp16 or int8.</summary>
    public required string Precision { get; init; }

    /// <summary>Each provider that failed, with the reason.</summary>
    public required IReadOnlyDictionary<string, string> Refused { get; init; }

    /// <summary>File name of the trusted key that signed the model's package; null for an unverified model.</summary>
    public string? SignedBy { get; init; }

    /// <summary>True for a model trained on synthetic pictures; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DemonstrationOnly { get; init; }
}
