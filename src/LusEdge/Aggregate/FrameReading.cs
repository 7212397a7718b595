using LusEdge.Contract;

namespace LusEdge.Aggregate;

/// <summary>The result for one captured frame.</summary>
/// <param name="Frame">
/// The frame's number, from 0 and counting for as long as the service runs, across reopened feeds and loops.
/// </param>
/// <param name="Pts">Presentation time in the source; null if the source gives none. Not monotonic: never order by it.</param>
/// <param name="CapturedAt">Capture time in UTC.</param>
/// <param name="State">Why there is a score, or why there is none.</param>
/// <param name="Score">The model's score for this frame alone; null unless <paramref name="State"/> is live.</param>
/// <param name="Smoothed">
/// The score after smoothing the probabilities over recent frames, for people to read; null unless live.
/// </param>
/// <param name="Latency">From capture to the end of aggregation.</param>
public readonly record struct FrameReading(
    long Frame,
    TimeSpan? Pts,
    DateTimeOffset CapturedAt,
    FrameState State,
    Score? Score,
    Score? Smoothed,
    TimeSpan Latency)
{
    /// <summary>
    /// The signal's state after this frame, for people to read. Live only if the frame is; it can turn live a little later.
    /// </summary>
    public FrameState Signal { get; init; }

    /// <summary>Capture time as a timestamp of the clock, from which the picture's age is measured.</summary>
    public long Timestamp { get; init; }

    /// <summary>The score holds for this long after the capture.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>
    /// How similar the picture is to the model's training pictures, 0-1; null if the model did not run or does not measure it.
    /// </summary>
    public float? Quality { get; init; }
}
