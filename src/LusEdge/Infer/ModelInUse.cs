namespace LusEdge.Infer;

/// <summary>What really grades the frames: goes into every result.</summary>
/// <param name="Id">The model's id, for instance <c>lus-severity-7</c>.</param>
/// <param name="Reference">Id @ manifest version : first 8 hex digits of the file's SHA-256, for instance <c>lus-severity-7@1:9f86d081</c>.</param>
/// <param name="Sha256">SHA-256 of model.onnx, 64 lower-case hex digits.</param>
/// <param name="Scheme">The severity scale of its outputs.</param>
/// <param name="RequestedProvider">auto, tensorrt, cuda or cpu, as configured.</param>
/// <param name="Provider">cpu, cuda or tensorrt: read from a profiled warm-up run, not from what was asked for.</param>
/// <param name="Precision">fp32, fp16 or int8.</param>
/// <param name="Refused">Each provider that was tried in vain, with the reason in the runtime's words.</param>
/// <param name="DemonstrationOnly">True for a model that was trained on synthetic pictures.</param>
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
    /// <summary>File name of the trusted key that vouches for the model's package, null if none does.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Why none does, in a sentence; null if one does, or if nobody looked.</summary>
    public string? SignatureFlaw { get; init; }
}
