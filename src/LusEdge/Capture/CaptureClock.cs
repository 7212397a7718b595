namespace LusEdge.Capture;

/// <summary>
/// UTC from the monotonic clock. The wall clock is read once each time the source is opened or reopened, so capture times within
/// a connection never jump when the wall clock is set.
/// </summary>
internal readonly struct CaptureClock(TimeProvider time)
{
    private readonly DateTimeOffset _utc = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    /// <summary>The UTC time of a timestamp of the same <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset At(long timestamp) => _utc + time.GetElapsedTime(_timestamp, timestamp);
}
