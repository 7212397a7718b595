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

    /// <summary>A package is not signed by a key that is trusted here.</summary>
    BadSignature,

    /// <summary>A package holds what it should not, lacks what it should hold, or contradicts itself.</summary>
    BadPackage,

    /// <summary>The model answers otherwise on this box than where it was made.</summary>
    ParityFailed,

    /// <summary>A file with a key can't be read or holds none.</summary>
    BadKey,

    /// <summary>No installed model has that name, or there is none to go back to.</summary>
    NotInstalled,

    /// <summary>The store of installed models can't be written, or somebody else is writing it.</summary>
    StoreUnavailable,

    /// <summary>There is no folder for temporary files that can be written to.</summary>
    NoWorkingSpace,
}

/// <summary>A model that can't be used; the message says what is wrong, where, and what to do.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class ModelException(ModelFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why the model can't be used.</summary>
    public ModelFailure Reason { get; } = reason;

    /// <summary>Whether it is the model that is to blame, and not the box (a key's file, the disk, a provider), with which it may well serve at the next start.</summary>
    public bool IsOfTheModel => Reason is not (ModelFailure.BadKey or ModelFailure.NoWorkingSpace or ModelFailure.ProviderUnavailable
        or ModelFailure.RuntimeUnavailable or ModelFailure.StoreUnavailable);
}
