namespace LusEdge.Aggregate;

/// <summary>
/// Decides when a clip ends by itself: a live feed is cut into clips of one length, a
/// recording is one clip, and a feed that restarts starts a new clip. Clips also end on
/// request: a zone begins or ends, another model takes over, or a command cuts the clip.
/// </summary>
/// <remarks>A zone does not change the length: a zone scanned for longer has several clips, each with its name.</remarks>
/// <param name="length">Length of a clip; null for a recording.</param>
internal sealed class ClipBoundary(TimeSpan? length)
{
    private TimeSpan? _start;

    /// <summary>Whether the clip in progress ends before a frame, or now if no frame comes.</summary>
    /// <param name="startsFeed">Whether the frame is the first after an opening, a reopening or a loop.</param>
    /// <param name="at">The frame's feed time, or the current feed time.</param>
    public bool IsDue(bool startsFeed, TimeSpan at) =>
        _start is { } start && (startsFeed || (length is { } most && (at - start >= most || at < start)));

    /// <summary>A frame was added; the first one starts the clip.</summary>
    /// <param name="at">Its feed time.</param>
    public void Added(TimeSpan at) => _start ??= at;

    /// <summary>The clip was closed.</summary>
    public void Closed() => _start = null;
}
