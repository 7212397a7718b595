namespace LusEdge.Capture;

/// <summary>Delays a file's frames until their presentation times.</summary>
internal sealed class Pacer(TimeProvider time, Pause pause)
{
    private bool _running;
    private long _origin;
    private TimeSpan _offset;
    private TimeSpan _lastDue;

    /// <summary>Waits until a frame is due.</summary>
    /// <param name="pts">
    /// Its presentation time. Null if the file has none: the frame is then due one interval after the last.
    /// </param>
    /// <param name="startsClip">
    /// Whether the file begins or starts over: its first frame is due one interval after the last.
    /// </param>
    /// <param name="interval">Frame interval.</param>
    /// <returns>False if stopped.</returns>
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
            // Don't wait for a presentation time that jumps backwards or far ahead: that frame follows the last one.
            if (startsClip || at + _offset < _lastDue || at + _offset > _lastDue + LargestJump) _offset = due - at;
            due = at + _offset;
        }

        TimeSpan now = time.GetElapsedTime(_origin);
        if (now > due + interval)
        {
            // More than a frame late: shift the rest of the file instead of rushing to catch up.
            _offset += now - due;
            due = now;
        }

        _lastDue = due;
        return pause.For(due - now);
    }

    private static readonly TimeSpan LargestJump = TimeSpan.FromSeconds(10);
}
