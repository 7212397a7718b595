namespace LusEdge.Capture.Source;

/// <summary>A source could not be opened. A live feed that is not there yet, or is lost, is a state (<see cref="VideoFeed.LastError"/>), not an exception.</summary>
/// <param name="reason">The kind of failure.</param>
/// <param name="message">A sentence that says what is wrong, where, and what to do. Holds no credentials.</param>
/// <param name="inner">What FFmpeg said, if anything.</param>
public sealed class CaptureException(CaptureFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public CaptureFailure Reason { get; } = reason;

    /// <summary>Whether a live source may be there at another time without a change on this machine: false for what is wrong with the options or FFmpeg.</summary>
    public bool IsTransient => Reason is CaptureFailure.NotFound or CaptureFailure.Unreachable or CaptureFailure.NotVideo or CaptureFailure.NoDecoder
        or CaptureFailure.OtherSize or CaptureFailure.InvalidSector;
}
