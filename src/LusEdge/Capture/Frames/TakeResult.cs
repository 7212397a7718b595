namespace LusEdge.Capture.Frames;

/// <summary>The outcome of waiting for a frame.</summary>
public enum TakeResult
{
    /// <summary>A frame, for the caller to dispose.</summary>
    Frame,

    /// <summary>None came in time: the feed is slow, stalled or lost.</summary>
    Nothing,

    /// <summary>No more will come: see <see cref="VideoFeed.End"/> for the reason.</summary>
    Ended,
}
