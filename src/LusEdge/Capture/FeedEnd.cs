namespace LusEdge.Capture;

/// <summary>How a feed ended.</summary>
/// <param name="Error">A sentence that says what broke the feed off, null for the source's own end or a stop that was asked for.</param>
public readonly record struct FeedEnd(string? Error);
