namespace LusEdge.Capture.Frames;

/// <summary>What came of waiting for a frame.</summary>
public enum TakeResult
{
    /// <summary>A frame, which is now the caller's to dispose.</summary>
    Frame,

    /// <summary>None came in time: the feed is slow, stalled or lost.</summary>
    Nothing,

    /// <summary>None will come any more: <see cref="VideoFeed.End"/> says why.</summary>
    Ended,
}
