using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>Why a model's package can't be used.</summary>
public enum PackageFailure
{
    /// <summary>It is not signed by a key that is trusted here.</summary>
    BadSignature,

    /// <summary>It holds what it should not, lacks what it should hold, or contradicts itself.</summary>
    BadPackage,

    /// <summary>The model does not reproduce its reference outputs on this box.</summary>
    ParityFailed,

    /// <summary>A key's file can't be read or holds no key.</summary>
    BadKey,

    /// <summary>No installed model has that name, or there is none to go back to.</summary>
    NotInstalled,

    /// <summary>The store of installed models can't be read or written, or somebody else is writing it.</summary>
    StoreUnavailable,
}

/// <summary>A package that can't be used, and so neither can the model in it.</summary>
/// <param name="failure">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class PackageException(PackageFailure failure, string message, Exception? inner = null)
    : ModelException(ModelFailure.Package, message, inner)
{
    /// <summary>Why the package can't be used.</summary>
    public PackageFailure Failure { get; } = failure;

    /// <inheritdoc/>
    public override bool IsModelFault => Failure is not (PackageFailure.BadKey or PackageFailure.StoreUnavailable);
}
