using LusEdge.Contract;

namespace LusEdge.Publish.Telemetry;

/// <summary>
/// When the live reading is due: a change of state at once, a change of grade at most twice per second, and at least one reading
/// per second.
/// </summary>
internal sealed class LiveCadence
{
    /// <summary>A grade that flickers between two classes is sent no more often than this.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Less than a second, because readings come only with frames or, in silence, a few times per second.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromMilliseconds(750);

    private TimeSpan? _sentAt;
    private FrameState _state;
    private string? _grade;

    /// <summary>Whether to send this reading now. If so, it counts as sent.</summary>
    /// <param name="state">The state.</param>
    /// <param name="grade">The grade, null unless live.</param>
    /// <param name="now">A monotonic time.</param>
    public bool IsDue(FrameState state, string? grade, TimeSpan now)
    {
        if (_sentAt is { } sentAt && state == _state)
        {
            TimeSpan wait = grade == _grade ? MaxInterval : MinInterval;
            if (now - sentAt < wait) return false;
        }

        (_sentAt, _state, _grade) = (now, state, grade);
        return true;
    }

    /// <summary>Makes the next reading due, because a new connection has had none.</summary>
    public void Reset() => _sentAt = null;
}
