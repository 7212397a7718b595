namespace LusEdge.Infer;

/// <summary>Why a model can't be used.</summary>
public enum ModelFailure
{
    /// <summary>The directory or one of its files is missing or unreadable.</summary>
    NotFound,

    /// <summary>manifest.json is not what a manifest has to be.</summary>
    BadManifest,

    /// <summary>model.onnx is not the file that the manifest was written for.</summary>
    HashMismatch,

    /// <summary>model.onnx is no ONNX file, or one that the runtime can't run.</summary>
    BadFile,

    /// <summary>The file's metadata is missing, incomplete, or at odds with the manifest or with the network.</summary>
    BadMetadata,

    /// <summary>An input or output is missing or of the wrong type or shape.</summary>
    WrongShape,

    /// <summary>The provider asked for by name does not work here.</summary>
    ProviderUnavailable,

    /// <summary>ONNX Runtime's own library is missing or too old.</summary>
    RuntimeUnavailable,

    /// <summary>The model failed on many frames in a row.</summary>
    Faulted,

    /// <summary>The package around the model is refused; the exception is one of the folder Models, which says why.</summary>
    Package,

    /// <summary>There is no folder for temporary files that can be written to.</summary>
    NoWorkingSpace,
}

/// <summary>A model that can't be used; the message says what is wrong, where, and what to do.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public class ModelException(ModelFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why the model can't be used.</summary>
    public ModelFailure Reason { get; } = reason;

    /// <summary>Whether the fault is the model's, and not the box's (its disk, a provider): on a mended box it may serve at the next start.</summary>
    public virtual bool IsModelFault => Reason is not (ModelFailure.NoWorkingSpace or ModelFailure.ProviderUnavailable or ModelFailure.RuntimeUnavailable);
}
