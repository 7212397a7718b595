namespace LusEdge.Cli.Overlay;

/// <summary>Why an overlay can't be made.</summary>
internal enum OverlayFailure
{
    /// <summary>There is a file of that name already, or it is the source itself.</summary>
    InTheWay,

    /// <summary>The folder takes no file, or the video could not be written to its end.</summary>
    NotWritten,

    /// <summary>There is no <c>ffmpeg</c> command.</summary>
    EncoderMissing,
}

/// <summary>An overlay that can't be made; the message says what is wrong, where, and what to do.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The cause, if another exception was one.</param>
internal sealed class OverlayException(OverlayFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public OverlayFailure Reason { get; } = reason;
}
