namespace LusEdge.Cli.Overlay;

/// <summary>Why an overlay can't be made.</summary>
internal enum OverlayFailure
{
    /// <summary>It would replace a file, or the clip itself.</summary>
    InTheWay,

    /// <summary>The folder can't be written to, or the encoder failed.</summary>
    NotWritten,

    /// <summary>There is no <c>ffmpeg</c> command.</summary>
    EncoderMissing,
}

/// <summary>An overlay that can't be made; the message says what is wrong, where, and what to do.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">A sentence for a person.</param>
/// <param name="inner">The cause, if it is another exception.</param>
internal sealed class OverlayException(OverlayFailure reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public OverlayFailure Reason { get; } = reason;
}
