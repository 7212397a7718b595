using LusEdge.Capture.Source;

namespace LusEdge.Capture;

/// <summary>How a feed ended.</summary>
/// <param name="Cause">The error that ended the feed, null for the source's own end or a requested stop.</param>
public readonly record struct FeedEnd(CaptureException? Cause)
{
    /// <summary>The error in a sentence, null if there was none.</summary>
    public string? Error => Cause?.Message;
}
