namespace LusEdge.Infer;

/// <summary>Why a model can't be used.</summary>
public enum ModelFailure
{
    /// <summary>The directory or one of its files is missing or unreadable.</summary>
    NotFound,

    /// <summary>manifest.json is not a valid manifest.</summary>
    BadManifest,

    /// <summary>model.onnx does not match the manifest's hash.</summary>
    HashMismatch,

    /// <summary>model.onnx is not an ONNX file, or the runtime can't run it.</summary>
    BadFile,

    /// <summary>The file's metadata is missing, incomplete, or inconsistent with the manifest or the network.</summary>
    BadMetadata,

    /// <summary>An input or output is missing or of the wrong type or shape.</summary>
    WrongShape,

    /// <summary>The provider requested by name does not work here.</summary>
    ProviderUnavailable,

    /// <summary>ONNX Runtime's native library is missing or too old.</summary>
    RuntimeUnavailable,

    /// <summary>The model failed on many consecutive frames.</summary>
    Faulted,

    /// <summary>The model's package was refused; an exception from the Models folder says why.</summary>
    Package,

    /// <summary>There is no writable folder for temporary files.</summary>
    NoWorkingSpace,
}

/// <summary>A model can't be used; the message says what is wrong, where, and what to do.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The exception that caused it, if any.</param>
public class ModelException(ModelFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why the model can't be used.</summary>
    public ModelFailure Reason { get; } = reason;

    /// <summary>
    /// Whether the fault lies in the model. If it lies in the box (disk, provider), the model can serve once the box is fixed.
    /// </summary>
    public virtual bool IsModelFault => Reason
        is not (ModelFailure.NoWorkingSpace or ModelFailure.ProviderUnavailable or ModelFailure.RuntimeUnavailable);
}
