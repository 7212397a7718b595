namespace LusEdge.Probe;

/// <summary>How evenly spaced the frames are.</summary>
/// <param name="ByArrival">True for a live feed, by arrival times. False for a recording, by presentation times.</param>
/// <param name="Median">Half of the intervals are no longer.</param>
/// <param name="P99">99 of 100 intervals are no longer.</param>
/// <param name="Longest">The longest interval.</param>
public sealed record IntervalFigures(bool ByArrival, TimeSpan Median, TimeSpan P99, TimeSpan Longest)
{
    /// <summary>Computed from ordered times; null for fewer than two.</summary>
    internal static IntervalFigures? Of(IReadOnlyList<TimeSpan> times, bool byArrival)
    {
        if (times.Count < 2) return null;
        TimeSpan[] intervals = [.. times.Zip(times.Skip(1), (a, b) => b - a).Order()];
        return new IntervalFigures(byArrival, At(0.5), At(0.99), intervals[^1]);

        // Nearest rank: always an interval that occurred.
        TimeSpan At(double share) => intervals[Math.Max(0, (int)Math.Ceiling(share * intervals.Length) - 1)];
    }
}
