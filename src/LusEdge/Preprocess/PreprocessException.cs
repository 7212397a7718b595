namespace LusEdge.Preprocess;

/// <summary>The preprocessing is misconfigured. Thrown before the first frame, never later.</summary>
/// <param name="reason">The kind of failure.</param>
/// <param name="message">A sentence that says what is wrong, where, and what to do.</param>
/// <param name="inner">The cause, if there is one.</param>
public sealed class PreprocessException(PreprocessFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public PreprocessFailure Reason { get; } = reason;
}
