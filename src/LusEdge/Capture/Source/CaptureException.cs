namespace LusEdge.Capture.Source;

/// <summary>
/// A source could not be opened. A live feed that is not up yet or was lost is a state (<see cref="VideoFeed.LastError"/>), not
/// an exception.
/// </summary>
/// <param name="reason">The kind of failure.</param>
/// <param name="message">A sentence that says what is wrong, where, and what to do. Contains no credentials.</param>
/// <param name="inner">FFmpeg's error, if any.</param>
public sealed class CaptureException(CaptureFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public CaptureFailure Reason { get; } = reason;

    /// <summary>
    /// Whether a retry can succeed without a change on this machine: false for errors in the options or in FFmpeg.
    /// </summary>
    public bool IsTransient => Reason
        is CaptureFailure.NotFound
        or CaptureFailure.Unreachable
        or CaptureFailure.NotVideo
        or CaptureFailure.NoDecoder
        or CaptureFailure.ForeignReference
        or CaptureFailure.PictureTooLarge
        or CaptureFailure.SizeMismatch
        or CaptureFailure.InvalidSector;
}
