using System.Numerics.Tensors;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Aggregate;

/// <summary>
/// Smooths the probabilities of live frames, and sums frames up into clips. It has no clock: time is always passed in, so the
/// same frames always give the same readings.
/// </summary>
public sealed class Aggregator
{
    private readonly ScoringScheme _scheme;
    private readonly ClipRule _rule;
    private readonly ClipBoundary _boundary;
    private readonly float[] _p;
    private readonly ProbabilitySmoother _smoother;
    private readonly ClipBuilder _clip;
    private readonly ClipBuilder? _guess;

    /// <summary>An aggregator for one feed and one model.</summary>
    /// <param name="scheme">The scale of the model in use.</param>
    /// <param name="options">Smoothing and clip rule.</param>
    /// <param name="wholeFeedIsOneClip">
    /// True for a recording; a live feed is cut into clips of <see cref="AggregateOptions.ClipLength"/>.
    /// </param>
    /// <param name="bestGuess">Whether to grade a clip with too few good frames from whatever frames it has.</param>
    public Aggregator(ScoringScheme scheme, AggregateOptions options, bool wholeFeedIsOneClip, bool bestGuess)
    {
        _scheme = scheme;
        _rule = new ClipRule(options.HeldFrames, options.HeldShare, options.MinFrames);
        _boundary = new ClipBoundary(wholeFeedIsOneClip ? null : options.ClipLength);
        _p = new float[scheme.Grades.Count];
        _smoother = new ProbabilitySmoother(scheme.Grades.Count, options.SmoothingTime);
        _clip = new ClipBuilder(scheme);
        _guess = bestGuess ? new ClipBuilder(scheme) : null;
    }

    /// <summary>The chest zone being scanned; null if unknown. Close the clip before changing it.</summary>
    public string? Zone { get; set; }

    /// <summary>Whether unreliable frames are graded too, for a clip that has no others.</summary>
    public bool WantsEveryFrame => _guess is not null;

    /// <summary>
    /// Whether the clip so far must be closed (<see cref="CloseClip"/>) before a frame is added, or now if no frame comes.
    /// </summary>
    /// <param name="startsFeed">Whether the frame is the first after an opening, a reopening or a loop.</param>
    /// <param name="at">The frame's feed time, or the current feed time.</param>
    public bool ClipEndsBefore(bool startsFeed, TimeSpan at) => _boundary.IsDue(startsFeed, at);

    /// <summary>Adds a frame.</summary>
    /// <param name="frame">The frame's number.</param>
    /// <param name="pts">Presentation time in the source.</param>
    /// <param name="capturedAt">Capture time, UTC.</param>
    /// <param name="at">Feed time: pts for a recording, time since the start for a live feed.</param>
    /// <param name="state">The frame's state.</param>
    /// <param name="p">The model's probabilities in class order; empty if it did not run. Required for a live frame.</param>
    /// <param name="quality">How similar the picture is to the model's training pictures; null if not measured.</param>
    /// <returns>The reading, without its latency. Its memory is reused at the next call.</returns>
    public FrameReading Add(
        long frame,
        TimeSpan? pts,
        DateTimeOffset capturedAt,
        TimeSpan at,
        FrameState state,
        ReadOnlySpan<float> p,
        float? quality = null)
    {
        _boundary.Added(at);
        if (state != FrameState.Live)
        {
            if (InterruptsScan(state)) _smoother.Reset();
            _clip.Add(frame, capturedAt, state, null, []);
            _guess?.Add(frame, capturedAt, state, p.IsEmpty ? null : TensorPrimitives.IndexOfMax(p), p);
            return new FrameReading(frame, pts, capturedAt, state, null, null, TimeSpan.Zero) { Quality = quality };
        }

        p.CopyTo(_p);
        ReadOnlyMemory<float> smoothed = _smoother.Add(p, at);
        int grade = TensorPrimitives.IndexOfMax(smoothed.Span);
        _clip.Add(frame, capturedAt, state, grade, p);
        _guess?.Add(frame, capturedAt, state, grade, p);
        return new FrameReading(frame, pts, capturedAt, state, ScoreOf(_p), ScoreOf(smoothed), TimeSpan.Zero)
        {
            Quality = quality,
        };
    }

    /// <summary>The system clock was set, so the clip so far began at another time by it.</summary>
    /// <param name="step">By how much; positive for forward.</param>
    public void ClockWasSet(TimeSpan step)
    {
        _clip.ClockWasSet(step);
        _guess?.ClockWasSet(step);
    }

    /// <summary>Closes the clip.</summary>
    /// <returns>The summary of all frames since the last clip; null if there were none.</returns>
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
        _boundary.Closed();
        return summary with { Zone = Zone };
    }

    /// <summary>
    /// Whether the scan itself was interrupted, so that earlier frames say nothing about later ones. A damaged or late frame
    /// belongs to the same scan.
    /// </summary>
    private static bool InterruptsScan(FrameState state) =>
        state is FrameState.Black or FrameState.Frozen or FrameState.ModeChanged or FrameState.Ood;

    private Score ScoreOf(ReadOnlyMemory<float> p)
    {
        int grade = TensorPrimitives.IndexOfMax(p.Span);
        return new Score(_scheme.Severities[grade], _scheme.Grades[grade], p);
    }
}
