using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>Why a model's package can't be used.</summary>
public enum PackageFailure
{
    /// <summary>No trusted key signed it.</summary>
    BadSignature,

    /// <summary>It has extra, missing or contradictory content.</summary>
    BadPackage,

    /// <summary>The model does not reproduce its reference outputs on this device.</summary>
    ParityFailed,

    /// <summary>A key file can't be read or holds no key.</summary>
    BadKey,

    /// <summary>No installed model has that name, or there is none to go back to.</summary>
    NotInstalled,

    /// <summary>The model store can't be read or written, or another process is writing it.</summary>
    StoreUnavailable,
}

/// <summary>A package, and so its model, can't be used.</summary>
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
