namespace LusEdge.Capture;

/// <summary>A source could not be opened. A feed that is lost later is a state (<see cref="VideoFeed.IsConnected"/>), not an exception.</summary>
/// <param name="reason">The kind of failure.</param>
/// <param name="message">A sentence that says what is wrong, where, and what to do. Holds no credentials.</param>
/// <param name="inner">What FFmpeg said, if anything.</param>
public sealed class CaptureException(CaptureFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public CaptureFailure Reason { get; } = reason;
}
