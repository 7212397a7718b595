namespace LusEdge.Training.Phantom;

/// <summary>A phantom clip or picture could not be written. The message says why and what to do about it.</summary>
internal sealed class PhantomException(PhantomFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public PhantomFailure Reason { get; } = reason;
}
