namespace LusEdge.Machine;

/// <summary>
/// Converts timestamps of the monotonic clock to UTC by the system clock as it is set now. A box without a battery for its clock
/// starts in the past, and its time service sets the clock while the service runs: times follow within
/// <see cref="Tolerance"/>. Between two settings they run evenly, because both clocks tick alike. Thread-safe; allocates nothing.
/// </summary>
internal sealed class UtcClock
{
    /// <summary>A smaller difference may come from reading the two clocks one after the other.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(10);

    /// <summary>Two readings further apart than this were interrupted, and say nothing.</summary>
    private static readonly TimeSpan LongestReading = Tolerance / 2;

    private static readonly TimeSpan GoodReading = TimeSpan.FromMilliseconds(0.1);
    private const int ReadingsAtStart = 20;

    private readonly TimeProvider _time;
    private readonly long _first;
    private long _offset;

    /// <summary>Takes the clock's current setting as its first.</summary>
    /// <param name="time">Has both clocks.</param>
    public UtcClock(TimeProvider time)
    {
        _time = time;
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < ReadingsAtStart && best > GoodReading; i++)
        {
            (long offset, TimeSpan took) = Measure();
            if (took < best) (_offset, best) = (offset, took);
        }

        _first = _offset;
    }

    /// <summary>By how much the system clock was set in total since this object was made; zero if it was not.</summary>
    public TimeSpan Step => TimeSpan.FromTicks(Offset() - _first);

    /// <summary>The UTC time of a timestamp of the same <see cref="TimeProvider"/>.</summary>
    public DateTimeOffset At(long timestamp) => new(Offset() + Ticks(timestamp), TimeSpan.Zero);

    /// <summary>UTC minus the monotonic clock, in ticks.</summary>
    private long Offset()
    {
        long held = Interlocked.Read(ref _offset);
        (long offset, TimeSpan took) = Measure();
        if (took > LongestReading || Math.Abs(offset - held) <= Tolerance.Ticks) return held;
        Interlocked.Exchange(ref _offset, offset);
        return offset;
    }

    private (long Offset, TimeSpan Took) Measure()
    {
        long before = Ticks(_time.GetTimestamp());
        long utc = _time.GetUtcNow().UtcTicks;
        long after = Ticks(_time.GetTimestamp());
        return (utc - before - ((after - before) / 2), TimeSpan.FromTicks(after - before));
    }

    private long Ticks(long timestamp) => _time.GetElapsedTime(0, timestamp).Ticks;
}
