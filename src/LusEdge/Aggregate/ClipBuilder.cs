using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Aggregate;

/// <summary>
/// Accumulates a clip frame by frame in a few counters per class, so its memory does not depend on the clip's length.
/// </summary>
internal sealed class ClipBuilder(ScoringScheme scheme)
{
    private readonly int[] _distribution = new int[scheme.Grades.Count];
    private readonly int[] _atLeast = new int[scheme.Grades.Count];
    private readonly int[] _run = new int[scheme.Grades.Count];
    private readonly int[] _longestRun = new int[scheme.Grades.Count];
    private readonly double[] _sum = new double[scheme.Grades.Count];
    private readonly int[] _withheld = new int[Enum.GetValues<FrameState>().Length];
    private long _first;
    private long _last;
    private DateTimeOffset _start;
    private DateTimeOffset _end;
    private int _usable;

    /// <summary>Frames so far, whatever their state.</summary>
    public int Frames { get; private set; }

    /// <summary>Adds a frame. A frame without a grade does not break a run, because runs count graded frames.</summary>
    /// <param name="frame">The frame's number.</param>
    /// <param name="capturedAt">Capture time, UTC.</param>
    /// <param name="state">The frame's state.</param>
    /// <param name="graded">Class index by the smoothed probabilities; null without a grade.</param>
    /// <param name="p">The frame's own probabilities; empty without a grade.</param>
    public void Add(long frame, DateTimeOffset capturedAt, FrameState state, int? graded, ReadOnlySpan<float> p)
    {
        if (Frames++ == 0) (_first, _start) = (frame, capturedAt);
        (_last, _end) = (frame, capturedAt);
        if (graded is not { } grade)
        {
            _withheld[(int)state]++;
            return;
        }

        _usable++;
        _distribution[grade]++;
        for (int i = 0; i < _run.Length; i++)
        {
            _sum[i] += p[i];
            _run[i] = i <= grade ? _run[i] + 1 : 0;
            _longestRun[i] = Math.Max(_longestRun[i], _run[i]);
            if (i <= grade) _atLeast[i]++;
        }
    }

    /// <summary>Puts the times so far on the clock as it is set now. An empty clip has none.</summary>
    /// <param name="step">By how much the clock was set; positive for forward.</param>
    public void ClockWasSet(TimeSpan step)
    {
        if (Frames > 0) (_start, _end) = (_start + step, _end + step);
    }

    /// <summary>The clip so far.</summary>
    /// <param name="rule">The rule that decides its grade.</param>
    public ClipSummary Summarize(ClipRule rule)
    {
        int? grade = rule.Grade(_usable, _atLeast, _longestRun);
        var withheld = new Dictionary<FrameState, int>();
        foreach (FrameState state in Enum.GetValues<FrameState>())
        {
            if (_withheld[(int)state] > 0) withheld[state] = _withheld[(int)state];
        }

        return new ClipSummary(
            _first,
            _last,
            _start,
            _end,
            Frames,
            _usable,
            rule.Id,
            grade is { } g ? scheme.Severities[g] : null,
            grade is { } label ? scheme.Grades[label] : null,
            _usable == 0 ? null : [.. _sum.Select(s => (float)(s / _usable))],
            [.. _distribution],
            withheld,
            grade is null ? "insufficient_data" : null);
    }

    /// <summary>Starts an empty clip.</summary>
    public void Clear()
    {
        Array.Clear(_distribution);
        Array.Clear(_atLeast);
        Array.Clear(_run);
        Array.Clear(_longestRun);
        Array.Clear(_sum);
        Array.Clear(_withheld);
        Frames = 0;
        _usable = 0;
    }
}
