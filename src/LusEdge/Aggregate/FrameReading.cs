using LusEdge.Contract;

namespace LusEdge.Aggregate;

/// <summary>What is known of one captured frame once it went through the pipeline.</summary>
/// <param name="Frame">The frame's number: counts from 0 for as long as the service runs, reopened feeds and loops included.</param>
/// <param name="Pts">Presentation time in the source, null where the source gives none. Not monotonic: never order by it.</param>
/// <param name="CapturedAt">Capture time in UTC.</param>
/// <param name="State">Why there is a score, or why there is none.</param>
/// <param name="Score">The model's word on this one frame; null unless <paramref name="State"/> is live.</param>
/// <param name="Smoothed">The same after smoothing of the probabilities over the last frames: what a person should read; null unless live.</param>
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
    /// <summary>The state of the signal after this frame: what a person should read. Live only if the frame is, and perhaps a little later.</summary>
    public FrameState Signal { get; init; }

    /// <summary>Capture time as a timestamp of the clock: what a picture's age is measured from.</summary>
    public long Timestamp { get; init; }

    /// <summary>How much the picture looks like those that the model was trained on, 0-1; null when it was not asked or does not measure it.</summary>
    public float? Quality { get; init; }
}
