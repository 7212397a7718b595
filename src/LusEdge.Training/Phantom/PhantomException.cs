namespace LusEdge.Training.Phantom;

/// <summary>A phantom clip or picture could not be written. The message says why and what to do.</summary>
internal sealed class PhantomException(PhantomFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public PhantomFailure Reason { get; } = reason;
}
