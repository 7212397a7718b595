namespace LusEdge.Training;

/// <summary>Something in the trainer failed. The message says why and what to do about it.</summary>
internal sealed class TrainingException(TrainingFailure reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public TrainingFailure Reason { get; } = reason;
}
