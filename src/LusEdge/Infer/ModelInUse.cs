namespace LusEdge.Infer;

/// <summary>What actually grades the frames: part of every result.</summary>
/// <param name="Id">The model's id, for instance <c>lus-severity-7</c>.</param>
/// <param name="Reference">
/// Id @ manifest version : first 8 hex digits of the file's SHA-256, for instance <c>lus-severity-7@1:9f86d081</c>.
/// </param>
/// <param name="Sha256">SHA-256 of model.onnx, 64 lower-case hex digits.</param>
/// <param name="Scheme">Its severity scale.</param>
/// <param name="RequestedProvider">auto, tensorrt, cuda or cpu, as configured.</param>
/// <param name="Provider">cpu, cuda or tensorrt: read from a profiled warm-up run, not from the configuration.</param>
/// <param name="Precision">fp32, fp16 or int8.</param>
/// <param name="Refused">Each provider that failed, with the reason in the runtime's words.</param>
/// <param name="DemonstrationOnly">True for a model trained on synthetic pictures.</param>
public sealed record ModelInUse(
    string Id,
    string Reference,
    string Sha256,
    ScoringScheme Scheme,
    string RequestedProvider,
    string Provider,
    string Precision,
    IReadOnlyDictionary<string, string> Refused,
    bool DemonstrationOnly)
{
    /// <summary>File name of the trusted key that signed the model's package, null if none did.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Why there is no valid signature, in a sentence; null if there is one or it was not checked.</summary>
    public string? SignatureFlaw { get; init; }
}
