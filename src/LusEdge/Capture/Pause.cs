namespace LusEdge.Capture;

/// <summary>An interruptible wait for the reader thread: a stop ends it at once. One thread waits; allocates nothing.</summary>
internal sealed class Pause : IDisposable
{
    private readonly object _gate = new();
    private readonly ITimer _timer;
    private bool _over;
    private bool _stopped;

    public Pause(TimeProvider time) =>
        _timer = time.CreateTimer(static pause => ((Pause)pause!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Waits.</summary>
    /// <returns>False if stopped, now or earlier.</returns>
    public bool For(TimeSpan length)
    {
        lock (_gate)
        {
            if (length <= TimeSpan.Zero) return !_stopped;
            _over = false;
            if (!_stopped) _timer.Change(length, Timeout.InfiniteTimeSpan);
            while (!_over && !_stopped) Monitor.Wait(_gate);
            return !_stopped;
        }
    }

    /// <summary>Ends the current wait and every later one.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Ring()
    {
        lock (_gate)
        {
            _over = true;
            Monitor.Pulse(_gate);
        }
    }
}
