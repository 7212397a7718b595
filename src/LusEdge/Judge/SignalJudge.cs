using System.Numerics.Tensors;
using LusEdge.Contract;
using LusEdge.Preprocess;

namespace LusEdge.Judge;

/// <summary>
/// Turns facts into states. The order of precedence and the limits are defined here and nowhere else. Pure: the same facts always
/// give the same state. docs/states.md has the same tables for readers, and a test compares the two.
/// <code>
///   a frame, by its picture:  corrupt &gt; stale &gt; mode_changed &gt; black &gt; frozen      before the model runs
///   a frame, by its answer:   failed &gt; stale &gt; ood &gt; low_confidence &gt; live         after the model ran
///   the signal:               the frames' state, but back to live only if it stays live
///   while no verdict comes:   failed &gt; starting or no_signal &gt; stale               ten times per second, on its own thread
/// </code>
/// A frame's state counts for clips and the ledger; the signal's state is what a person reads.
/// </summary>
/// <param name="thresholds">The model's limits.</param>
public sealed class SignalJudge(SignalThresholds thresholds)
{
    /// <summary>A picture captured longer ago than this says nothing about the patient now.</summary>
    public static readonly TimeSpan MaxScoreAge = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After a state with a limit, frames must be live for this long before the signal is: a signal at the limit would flicker.
    /// </summary>
    public static readonly TimeSpan DebounceTime = TimeSpan.FromSeconds(0.3);

    /// <summary>A pause this long is a stall: over ten frames at 25 per second, and half of the promised second.</summary>
    public static readonly TimeSpan MinStall = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// On a feed with a low frame rate, a picture is only too old after this many frame intervals: some formats deliver a picture
    /// when the next one begins, so at one frame per second every picture is a second old.
    /// </summary>
    public const int MaxAgeFrames = 2;

    /// <summary>A feed with a low frame rate has stalled when this many frames are missing.</summary>
    public const int StallFrames = 3;

    /// <summary>A pipeline busy with one frame for this long can't deliver a score within <see cref="MaxScoreAge"/>.</summary>
    public static readonly TimeSpan MaxBusy = TimeSpan.FromMilliseconds(800);

    /// <summary>The state that follows from the picture alone.</summary>
    /// <param name="picture">What it shows.</param>
    /// <param name="isTooOld">Whether it was captured longer ago than <see cref="MaxAge"/>; never for a recording.</param>
    /// <returns><see cref="FrameState.Live"/> if the model can run on it, otherwise why not.</returns>
    public FrameState OfPicture(in PictureFacts picture, bool isTooOld)
    {
        if (picture.IsDamaged) return FrameState.Corrupt;
        if (isTooOld) return FrameState.Stale;
        if (!picture.FitsGeometry) return FrameState.ModeChanged;
        if (picture.MeanGray < thresholds.BlackMean) return FrameState.Black;
        return picture.StillFor >= thresholds.FrozenAfter ? FrameState.Frozen : FrameState.Live;
    }

    /// <summary>The state that follows from the model's output, for a picture that passed <see cref="OfPicture"/>.</summary>
    /// <param name="p">The probabilities in class order; empty if the model failed.</param>
    /// <param name="quality">How much the picture resembles the training pictures, 0-1; null if that was not measured.</param>
    /// <param name="isTooOld">Whether the picture is older than <see cref="MaxAge"/> by now; never for a recording.</param>
    public FrameState OfAnswer(ReadOnlySpan<float> p, float? quality, bool isTooOld)
    {
        if (p.IsEmpty) return FrameState.Failed;
        if (isTooOld) return FrameState.Stale;
        if (quality < thresholds.MinQuality) return FrameState.Ood;
        return TensorPrimitives.Max(p) < thresholds.MinConfidence ? FrameState.LowConfidence : FrameState.Live;
    }

    /// <summary>The signal after another frame. Leaving live is never delayed.</summary>
    /// <param name="before">The signal before it.</param>
    /// <param name="frame">The frame's state.</param>
    /// <param name="at">Its feed time.</param>
    public static SignalState Debounce(SignalState before, FrameState frame, TimeSpan at)
    {
        if (frame != FrameState.Live) return new SignalState(frame, LiveSince: null);
        TimeSpan since = before.LiveSince is { } earlier && earlier <= at ? earlier : at;
        bool hasLimit = before.State is FrameState.Black or FrameState.Ood or FrameState.LowConfidence or FrameState.Stale;
        return new SignalState(hasLimit && at - since < DebounceTime ? before.State : FrameState.Live, since);
    }

    /// <summary>
    /// The state that follows from the feed while no verdict comes. Needs no model, so it works while one hangs.
    /// </summary>
    /// <returns>Null if frames come and the pipeline keeps up.</returns>
    public static FrameState? OfFeed(in FeedFacts feed)
    {
        if (feed.HasStopped) return FrameState.Failed;
        if (!feed.HasSentFrames) return feed.HasError ? FrameState.NoSignal : FrameState.Starting;
        if (feed.Silence >= StallAfter(feed.FrameInterval)) return feed.IsBehind ? FrameState.Stale : FrameState.NoSignal;
        return feed.Busy >= MaxBusy ? FrameState.Stale : null;
    }

    /// <summary>How old a picture of a live feed can be and still have a score.</summary>
    public static TimeSpan MaxAge(TimeSpan frameInterval) =>
        MaxAgeFrames * frameInterval > MaxScoreAge ? MaxAgeFrames * frameInterval : MaxScoreAge;

    /// <summary>How long a feed can pause before it counts as stalled.</summary>
    public static TimeSpan StallAfter(TimeSpan frameInterval) =>
        StallFrames * frameInterval > MinStall ? StallFrames * frameInterval : MinStall;
}
