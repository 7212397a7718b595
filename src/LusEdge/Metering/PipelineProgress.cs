using LusEdge.Contract;

namespace LusEdge.Metering;

/// <summary>
/// Shows that the pipeline's loop is running, with or without frames. The announcer and the service's watchdog read it from other
/// threads, so they notice a hang.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class PipelineProgress(TimeProvider time)
{
    private const long NotBusy = long.MinValue;
    private long _busySince = NotBusy;
    private long _rounds;
    private volatile FrameState _state = FrameState.Starting;

    /// <summary>How many iterations the loop has completed.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>How long the current iteration has been busy; zero while the loop waits for a frame.</summary>
    public TimeSpan Busy =>
        Interlocked.Read(ref _busySince) is var since && since == NotBusy ? TimeSpan.Zero : time.GetElapsedTime(since);

    /// <summary>The last frame's state.</summary>
    public FrameState State => _state;

    /// <summary>Records a frame's state.</summary>
    public void RecordState(FrameState state) => _state = state;

    /// <summary>The loop starts waiting for a frame.</summary>
    public void BeginWait()
    {
        Interlocked.Exchange(ref _busySince, NotBusy);
        Interlocked.Increment(ref _rounds);
    }

    /// <summary>The loop starts processing.</summary>
    public void BeginWork() => Interlocked.Exchange(ref _busySince, time.GetTimestamp());
}
