namespace LusEdge.Training;

/// <summary>A training can't go on or can't be exported. The message says why and what to do.</summary>
internal sealed class TrainingException(TrainingFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public TrainingFailure Reason { get; } = reason;
}
