using LusEdge.Contract;

namespace LusEdge.Aggregate;

/// <summary>One grade for a run of frames, with the rule that decided it and the counts behind it.</summary>
/// <param name="FirstFrame">Number of the first frame.</param>
/// <param name="LastFrame">Number of the last frame.</param>
/// <param name="Start">Capture time of the first frame, UTC.</param>
/// <param name="End">Capture time of the last frame, UTC.</param>
/// <param name="Frames">Frames in the clip, whatever their state.</param>
/// <param name="Usable">Frames that were graded.</param>
/// <param name="Rule">Id of the rule, for instance <c>held-12f-25pct-min25</c>.</param>
/// <param name="Severity">Integer part of the grade, null when <paramref name="Reason"/> is given.</param>
/// <param name="Grade">The scheme's label, null when <paramref name="Reason"/> is given.</param>
/// <param name="P">Mean of the graded frames' probabilities in class order, null when no frame was graded.</param>
/// <param name="Distribution">Graded frames by grade, in class order.</param>
/// <param name="Withheld">Frames without a score by state.</param>
/// <param name="Reason">Why there is no grade: <c>insufficient_data</c>, or null.</param>
public sealed record ClipSummary(
    long FirstFrame,
    long LastFrame,
    DateTimeOffset Start,
    DateTimeOffset End,
    int Frames,
    int Usable,
    string Rule,
    int? Severity,
    string? Grade,
    IReadOnlyList<float>? P,
    IReadOnlyList<int> Distribution,
    IReadOnlyDictionary<FrameState, int> Withheld,
    string? Reason)
{
    /// <summary>The chest zone that was scanned, for instance <c>right-anterior-upper</c>; null if unknown.</summary>
    public string? Zone { get; init; }
}
