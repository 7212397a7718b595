using System.Globalization;

namespace LusEdge.Aggregate;

/// <summary>
/// From frames to a clip's one grade: the highest grade that was held for a run of consecutive graded frames, or by a
/// share of all graded frames. A plain maximum would let one wrong frame decide; a mean would wash out a short finding.
/// </summary>
/// <param name="HeldFrames">Consecutive graded frames at or above a grade that suffice for it.</param>
/// <param name="HeldShare">Share of the graded frames at or above a grade that suffices for it, 0-1.</param>
/// <param name="MinFrames">Graded frames below which there is no grade.</param>
public readonly record struct ClipRule(int HeldFrames, double HeldShare, int MinFrames)
{
    /// <summary>Travels with every clip, for instance <c>held-12f-25pct-min25</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"held-{HeldFrames}f-{HeldShare * 100:0.#}pct-min{MinFrames}");

    /// <summary>The clip's class, or null for too few frames.</summary>
    /// <param name="usable">Graded frames.</param>
    /// <param name="atLeast">For each class in order: graded frames of that class or a higher one.</param>
    /// <param name="longestRun">For each class in order: the longest run of consecutive graded frames of that class or a higher one.</param>
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
