namespace LusEdge.Capture;

/// <summary>Holds a file's frames back until they are due by their presentation times.</summary>
internal sealed class Pacer(TimeProvider time, Pause pause)
{
    private bool _running;
    private long _origin;
    private TimeSpan _offset;
    private TimeSpan _lastDue;

    /// <summary>Waits until a frame is due.</summary>
    /// <param name="pts">Its presentation time, null where the file has none: it is then due one interval after the last.</param>
    /// <param name="startsClip">The file begins (anew): its first frame is due one interval after the last.</param>
    /// <param name="interval">Time from frame to frame.</param>
    /// <returns>False when stopped.</returns>
    public bool WaitFor(TimeSpan? pts, bool startsClip, TimeSpan interval)
    {
        if (!_running)
        {
            _running = true;
            _origin = time.GetTimestamp();
            _lastDue = -interval;
            startsClip = true;
        }

        TimeSpan due = _lastDue + interval;
        if (pts is { } at)
        {
            // What jumps backwards or far ahead is no presentation time to wait for: such a frame follows the last one.
            if (startsClip || at + _offset < _lastDue || at + _offset > _lastDue + Farthest) _offset = due - at;
            due = at + _offset;
        }

        TimeSpan now = time.GetElapsedTime(_origin);
        if (now > due + interval)
        {
            // Too late by more than a frame: the rest of the file moves back instead of being rushed out to catch up.
            _offset += now - due;
            due = now;
        }

        _lastDue = due;
        return pause.For(due - now);
    }

    private static readonly TimeSpan Farthest = TimeSpan.FromSeconds(10);
}
