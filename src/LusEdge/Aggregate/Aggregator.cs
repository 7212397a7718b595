using System.Numerics.Tensors;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Aggregate;

/// <summary>
/// Decides each graded frame's state, smooths the probabilities, and sums frames up to clips. Knows no clock: all time is
/// passed in, so the same frames always give the same readings.
/// </summary>
public sealed class Aggregator
{
    private readonly ScoringScheme _scheme;
    private readonly float _minConfidence;
    private readonly ClipRule _rule;
    private readonly TimeSpan? _clipLength;
    private readonly float[] _p;
    private readonly ProbabilitySmoother _smoother;
    private readonly ClipBuilder _clip;
    private readonly ClipBuilder? _guess;
    private TimeSpan _clipStart;

    /// <summary>An aggregator for one feed.</summary>
    /// <param name="scheme">The scale of the model in use.</param>
    /// <param name="minConfidence">The model's own threshold: a frame whose highest probability is lower has state low_confidence.</param>
    /// <param name="options">Smoothing and clip rule.</param>
    /// <param name="wholeFeedIsOneClip">True for a file; a live feed is cut into clips of <see cref="AggregateOptions.ClipLength"/>.</param>
    /// <param name="bestGuess">Grade a clip without enough good frames from whatever frames it has.</param>
    public Aggregator(ScoringScheme scheme, float minConfidence, AggregateOptions options, bool wholeFeedIsOneClip, bool bestGuess)
    {
        _scheme = scheme;
        _minConfidence = minConfidence;
        _rule = new ClipRule(options.HeldFrames, options.HeldShare, options.MinFrames);
        _clipLength = wholeFeedIsOneClip ? null : options.ClipLength;
        _p = new float[scheme.Grades.Count];
        _smoother = new ProbabilitySmoother(scheme.Grades.Count, options.SmoothingTime);
        _clip = new ClipBuilder(scheme);
        _guess = bestGuess ? new ClipBuilder(scheme) : null;
    }

    /// <summary>The model's own threshold: a frame of a lower quality has state ood. 0 lets each pass.</summary>
    public float MinQuality { get; init; }

    /// <summary>True when frames that can't be trusted are to be graded too, for a clip that has no others.</summary>
    public bool WantsEveryFrame => _guess is not null;

    /// <summary>
    /// True when the clip so far must be closed (<see cref="CloseClip"/>) before a frame is added: the feed started anew,
    /// or the clip has its length.
    /// </summary>
    /// <param name="startsClip">The frame is the first after an opening, a reopening or a loop.</param>
    /// <param name="at">The frame's feed time.</param>
    public bool ClipEndsBefore(bool startsClip, TimeSpan at) =>
        _clip.Frames > 0 && (startsClip || (_clipLength is { } length && (at - _clipStart >= length || at < _clipStart)));

    /// <summary>Takes in a frame.</summary>
    /// <param name="frame">The frame's number.</param>
    /// <param name="pts">Presentation time in the source.</param>
    /// <param name="capturedAt">Capture time, UTC.</param>
    /// <param name="at">Feed time: rises with the feed; pts for a file, time since the start for a live feed.</param>
    /// <param name="picture">What the picture alone says: live, or the reason not to trust it.</param>
    /// <param name="p">The model's probabilities in class order; empty when the model was not asked.</param>
    /// <param name="quality">How much the picture looks like those that the model was trained on; null when that was not measured.</param>
    /// <returns>The reading, its latency still to be filled in. Its memory is reused at the next call.</returns>
    public FrameReading Add(
        long frame, TimeSpan? pts, DateTimeOffset capturedAt, TimeSpan at, FrameState picture, ReadOnlySpan<float> p, float? quality = null)
    {
        if (_clip.Frames == 0) _clipStart = at;
        FrameState state = picture == FrameState.Live ? StateOf(p, quality) : picture;
        if (state != FrameState.Live)
        {
            if (IsOtherPicture(state)) _smoother.Reset();
            _clip.Add(frame, capturedAt, state, null, []);
            _guess?.Add(frame, capturedAt, state, p.IsEmpty ? null : TensorPrimitives.IndexOfMax(p), p);
            return new FrameReading(frame, pts, capturedAt, state, null, null, TimeSpan.Zero) { Quality = quality };
        }

        p.CopyTo(_p);
        ReadOnlyMemory<float> smoothed = _smoother.Add(p, at);
        int grade = TensorPrimitives.IndexOfMax(smoothed.Span);
        _clip.Add(frame, capturedAt, state, grade, p);
        _guess?.Add(frame, capturedAt, state, grade, p);
        return new FrameReading(frame, pts, capturedAt, state, ScoreOf(_p), ScoreOf(smoothed), TimeSpan.Zero) { Quality = quality };
    }

    /// <summary>Ends the clip: the sum of what came since the last one, or null if nothing came.</summary>
    public ClipSummary? CloseClip()
    {
        if (_clip.Frames == 0) return null;
        ClipSummary summary = _clip.Summarize(_rule);
        if (summary.Reason is not null && _guess is not null)
        {
            ClipSummary guess = _guess.Summarize(_rule with { MinFrames = 1 });
            summary = guess with { Usable = summary.Usable, Rule = guess.Rule + "+best-guess" };
        }

        _clip.Clear();
        _guess?.Clear();
        _smoother.Reset();
        return summary;
    }

    /// <summary>Whether the scan itself was interrupted: what was seen before then says nothing about what comes after. A damaged or a doubtful frame is of the same scan.</summary>
    private static bool IsOtherPicture(FrameState state) =>
        state is FrameState.Black or FrameState.Frozen or FrameState.ModeChanged or FrameState.Ood;

    private FrameState StateOf(ReadOnlySpan<float> p, float? quality)
    {
        if (p.IsEmpty) return FrameState.Failed;
        if (quality < MinQuality) return FrameState.Ood;
        return TensorPrimitives.Max(p) < _minConfidence ? FrameState.LowConfidence : FrameState.Live;
    }

    private Score ScoreOf(ReadOnlyMemory<float> p)
    {
        int grade = TensorPrimitives.IndexOfMax(p.Span);
        return new Score(_scheme.Severities[grade], _scheme.Grades[grade], p);
    }
}
