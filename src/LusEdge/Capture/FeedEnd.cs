using LusEdge.Capture.Source;

namespace LusEdge.Capture;

/// <summary>How a feed ended.</summary>
/// <param name="Cause">What broke the feed off, null for the source's own end or a stop that was asked for.</param>
public readonly record struct FeedEnd(CaptureException? Cause)
{
    /// <summary>A sentence that says what broke the feed off, null where nothing did.</summary>
    public string? Error => Cause?.Message;
}
