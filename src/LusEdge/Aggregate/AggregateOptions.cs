using System.ComponentModel.DataAnnotations;

namespace LusEdge.Aggregate;

/// <summary>How frames become a smoothed reading and a clip's single grade.</summary>
public sealed record AggregateOptions
{
    /// <summary>Time constant of the exponential smoothing of the probabilities.</summary>
    /// <value>
    /// 0.4 s by default: ten frames at 25 fps, so a grade settles well within one breath and does not flicker. 0 turns it off.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan SmoothingTime { get; init; } = TimeSpan.FromSeconds(0.4);

    /// <summary>Length of the clips that a live feed is cut into. A file is one clip, whatever its length.</summary>
    /// <value>6 s by default: at least one respiratory cycle at rest.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ClipLength { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>A clip's grade is the highest one held for this many consecutive graded frames…</summary>
    /// <value>12 by default: half a second at 25 fps.</value>
    [Range(1, 1000)]
    public int HeldFrames { get; init; } = 12;

    /// <summary>…or by this share of its graded frames.</summary>
    /// <value>0.25 by default.</value>
    [Range(0.01, 1.0)]
    public double HeldShare { get; init; } = 0.25;

    /// <summary>A clip with fewer graded frames than this gets no grade, only the reason "insufficient_data".</summary>
    /// <value>25 by default: one second at 25 fps.</value>
    [Range(1, 10_000)]
    public int MinFrames { get; init; } = 25;
}
