namespace LusEdge.Capture;

/// <summary>
/// UTC from the monotonic clock: the wall clock is read once, when the connection is opened, so that capture times within a
/// connection never jump when the wall clock is set. Each (re)opening reads it anew.
/// </summary>
internal readonly struct CaptureClock(TimeProvider time)
{
    private readonly DateTimeOffset _utc = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    /// <summary>The UTC time of a timestamp of the same <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset At(long timestamp) => _utc + time.GetElapsedTime(_timestamp, timestamp);
}
