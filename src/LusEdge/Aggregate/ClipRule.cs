using System.Globalization;

namespace LusEdge.Aggregate;

/// <summary>
/// Derives a clip's single grade from its frames: the highest grade held for a run of consecutive graded frames, or by a
/// share of all graded frames. With a maximum, one wrong frame would decide; a mean would wash out a short finding.
/// </summary>
/// <param name="HeldFrames">Number of consecutive graded frames at or above a grade that is enough for it.</param>
/// <param name="HeldShare">Share of the graded frames at or above a grade that is enough for it, 0-1.</param>
/// <param name="MinFrames">Fewest graded frames for a grade.</param>
public readonly record struct ClipRule(int HeldFrames, double HeldShare, int MinFrames)
{
    /// <summary>Published with every clip, for instance <c>held-12f-25pct-min25</c>.</summary>
    public string Id =>
        string.Create(CultureInfo.InvariantCulture, $"held-{HeldFrames}f-{HeldShare * 100:0.#}pct-min{MinFrames}");

    /// <summary>The clip's class; null if it has too few graded frames.</summary>
    /// <param name="usable">Graded frames.</param>
    /// <param name="atLeast">For each class in order: graded frames of that class or a higher one.</param>
    /// <param name="longestRun">
    /// For each class in order: the longest run of consecutive graded frames of that class or a higher one.
    /// </param>
    public int? Grade(int usable, ReadOnlySpan<int> atLeast, ReadOnlySpan<int> longestRun)
    {
        if (usable < MinFrames || usable == 0) return null;
        for (int grade = atLeast.Length - 1; grade > 0; grade--)
        {
            if (longestRun[grade] >= HeldFrames || atLeast[grade] >= HeldShare * usable) return grade;
        }

        return 0;
    }
}
