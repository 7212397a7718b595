using LusEdge.Contract;

namespace LusEdge.Metering;

/// <summary>
/// Shows that the pipeline's loop goes round, with frames or without. Whoever watches (the announcer, the service's watchdog) does so from
/// another thread, so that a loop that hangs is noticed.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class PipelineProgress(TimeProvider time)
{
    private const long NotBusy = long.MinValue;
    private long _busySince = NotBusy;
    private long _rounds;
    private volatile FrameState _state = FrameState.Starting;

    /// <summary>How often the loop has gone round.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>How long the loop has been busy with its present round; zero while it waits for a frame.</summary>
    public TimeSpan Busy => Interlocked.Read(ref _busySince) is var since && since == NotBusy ? TimeSpan.Zero : time.GetElapsedTime(since);

    /// <summary>The verdict on the last frame.</summary>
    public FrameState State => _state;

    /// <summary>A frame got its verdict.</summary>
    public void Judged(FrameState state) => _state = state;

    /// <summary>The loop begins to wait for a frame.</summary>
    public void Waits()
    {
        Interlocked.Exchange(ref _busySince, NotBusy);
        Interlocked.Increment(ref _rounds);
    }

    /// <summary>The loop has something to do.</summary>
    public void Works() => Interlocked.Exchange(ref _busySince, time.GetTimestamp());
}
