using LusEdge.Contract;

namespace LusEdge.Publish.Telemetry;

/// <summary>When the live reading is due: on change, at most twice a second; a change of state at once; and at least once a second.</summary>
internal sealed class LiveCadence
{
    /// <summary>A grade that flickers between two classes goes out no more often than this.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Below a second, because a reading is offered only when a frame comes or, in silence, a few times a second.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromMilliseconds(750);

    private TimeSpan? _sentAt;
    private FrameState _state;
    private string? _grade;

    /// <summary>Whether a reading is to go out now. If so, it counts as sent.</summary>
    /// <param name="state">The state.</param>
    /// <param name="grade">The grade, null unless live.</param>
    /// <param name="now">Any time that only rises.</param>
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

    /// <summary>Makes the next reading due: a new connection has seen none.</summary>
    public void Reset() => _sentAt = null;
}
