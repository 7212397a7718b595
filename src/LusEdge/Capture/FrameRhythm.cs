namespace LusEdge.Capture;

/// <summary>
/// When the newest frame was captured, and the measured frame interval. The interval is the median of the last five, so one stall
/// does not change it, yet a source that declares 25 frames per second and sends one is noticed after three frames.
/// </summary>
/// <remarks>Written by the reader's thread, read by any. Allocates nothing.</remarks>
public sealed class FrameRhythm
{
    private const int Remembered = 5;

    private readonly TimeProvider _time;
    private readonly long[] _intervals = new long[Remembered];
    private int _count;
    private long _newest = long.MinValue;
    private long _interval;

    /// <summary>For a feed that has sent nothing yet.</summary>
    /// <param name="time">The clock of the timestamps.</param>
    public FrameRhythm(TimeProvider time) => _time = time;

    /// <summary>Capture time of the newest frame as a timestamp of the clock; null before the first.</summary>
    public long? Newest => Interlocked.Read(ref _newest) is var newest && newest == long.MinValue ? null : newest;

    /// <summary>Median of the last intervals; null before there are three.</summary>
    public TimeSpan? Interval => Interlocked.Read(ref _interval) is var ticks && ticks == 0 ? null : TimeSpan.FromTicks(ticks);

    /// <summary>Records a frame.</summary>
    /// <param name="captured">Its capture time.</param>
    /// <param name="startsFeed">Whether it is the first after an opening: the gap before it says nothing about the rate.</param>
    public void Record(long captured, bool startsFeed)
    {
        long before = _newest;
        if (before != long.MinValue && captured <= before) return;
        Interlocked.Exchange(ref _newest, captured);
        if (before == long.MinValue || startsFeed) return;
        _intervals[_count++ % Remembered] = _time.GetElapsedTime(before, captured).Ticks;
        if (_count >= 3) Interlocked.Exchange(ref _interval, Math.Max(1, Median()));
    }

    private long Median()
    {
        int known = Math.Min(_count, Remembered);
        Span<long> sorted = stackalloc long[Remembered];
        _intervals.AsSpan(0, known).CopyTo(sorted);
        sorted[..known].Sort();
        return sorted[known / 2];
    }
}
