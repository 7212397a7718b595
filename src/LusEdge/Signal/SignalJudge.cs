using System.Numerics.Tensors;
using LusEdge.Contract;
using LusEdge.Preprocess;

namespace LusEdge.Signal;

/// <summary>
/// Turns facts into a state: the one place that knows which fact outranks which, and at what value. Pure: the same facts after the same
/// state always give the same state. docs/states.md holds the same table for readers, and a test holds the two together.
/// <code>
///   picture:  corrupt &gt; stale &gt; mode_changed &gt; black &gt; frozen      asked before the model runs
///   answer:   failed &gt; stale &gt; ood &gt; low_confidence &gt; live         asked after it
///   feed:     failed &gt; starting or no_signal &gt; stale               asked ten times per second, on a thread of its own
/// </code>
/// </summary>
/// <remarks>
/// Limits have a margin on the way back only: leaving <c>live</c> is never delayed, while returning to it takes a little more than the limit,
/// so a signal at the limit does not flicker.
/// </remarks>
/// <param name="thresholds">The model's own limits.</param>
public sealed class SignalJudge(SignalThresholds thresholds)
{
    /// <summary>A picture that was captured longer ago than this says nothing about the patient now.</summary>
    public static readonly TimeSpan OldestScore = TimeSpan.FromSeconds(1);

    /// <summary>After a stale picture, a picture must be this much younger than <see cref="OldestScore"/>.</summary>
    public static readonly TimeSpan AgeMargin = TimeSpan.FromSeconds(0.2);

    /// <summary>After a black picture, a picture must be this much brighter than the limit, in gray levels.</summary>
    public const float BlackMargin = 1;

    /// <summary>After an unknown picture or a doubtful answer, quality or confidence must be this share of the way from the limit to 1 above the limit.</summary>
    public const float ReturnShare = 0.1f;

    /// <summary>A pause this long is a stall: over ten frames at 25 per second, and half of the promised second.</summary>
    public static readonly TimeSpan UsualStall = TimeSpan.FromMilliseconds(500);

    /// <summary>A feed of few frames per second has stalled when this many of them are missing.</summary>
    public const int StallFrames = 3;

    /// <summary>A pipeline that is busy with one frame for this long gets no score out within <see cref="OldestScore"/>.</summary>
    public static readonly TimeSpan LongestFrame = TimeSpan.FromMilliseconds(800);

    /// <summary>What the picture alone says.</summary>
    /// <param name="picture">What it shows.</param>
    /// <param name="age">Time since it was captured; zero for a recording.</param>
    /// <param name="previous">State of the frame before.</param>
    /// <returns><see cref="FrameState.Live"/> if the model may be asked, otherwise why not.</returns>
    public FrameState OfPicture(in PictureFacts picture, TimeSpan age, FrameState previous)
    {
        if (picture.IsDamaged) return FrameState.Corrupt;
        if (IsStale(age, previous)) return FrameState.Stale;
        if (!picture.FitsGeometry) return FrameState.ModeChanged;
        if (picture.MeanGray < Limit(thresholds.BlackMean, BlackMargin, previous == FrameState.Black)) return FrameState.Black;
        return picture.StillFor >= thresholds.FrozenAfter ? FrameState.Frozen : FrameState.Live;
    }

    /// <summary>What the model's answer says, for a picture that it could be asked about.</summary>
    /// <param name="p">The probabilities in class order; empty if the model failed.</param>
    /// <param name="quality">How much the picture looks like those that the model was trained on, 0-1; null if that was not measured.</param>
    /// <param name="age">Time since the picture was captured; zero for a recording.</param>
    /// <param name="previous">State of the frame before.</param>
    public FrameState OfAnswer(ReadOnlySpan<float> p, float? quality, TimeSpan age, FrameState previous)
    {
        if (p.IsEmpty) return FrameState.Failed;
        if (IsStale(age, previous)) return FrameState.Stale;
        if (quality < Limit(thresholds.MinQuality, ReturnShare * (1 - thresholds.MinQuality), previous == FrameState.Ood)) return FrameState.Ood;
        float confidence = TensorPrimitives.Max(p);
        float needed = Limit(thresholds.MinConfidence, ReturnShare * (1 - thresholds.MinConfidence), previous == FrameState.LowConfidence);
        return confidence < needed ? FrameState.LowConfidence : FrameState.Live;
    }

    /// <summary>What the feed says while no verdict comes. Needs no model, so it can be asked while one hangs.</summary>
    /// <returns>Null if there is nothing to say: frames come, and the pipeline keeps up.</returns>
    public static FrameState? OfFeed(in FeedFacts feed)
    {
        if (feed.HasStopped) return FrameState.Failed;
        if (!feed.HasSentFrames) return feed.HasError ? FrameState.NoSignal : FrameState.Starting;
        if (feed.Silence >= StallOf(feed.FrameInterval)) return FrameState.NoSignal;
        return feed.Busy >= LongestFrame ? FrameState.Stale : null;
    }

    /// <summary>How long a feed may pause before it counts as stalled.</summary>
    public static TimeSpan StallOf(TimeSpan frameInterval) =>
        StallFrames * frameInterval > UsualStall ? StallFrames * frameInterval : UsualStall;

    private static bool IsStale(TimeSpan age, FrameState previous) =>
        age > (previous == FrameState.Stale ? OldestScore - AgeMargin : OldestScore);

    // A limit of 0 is switched off, and stays so.
    private static float Limit(float limit, float margin, bool wasBelow) => wasBelow && limit > 0 ? limit + margin : limit;
}
