using System.Numerics;

namespace LusEdge.Metering;

/// <summary>
/// Counts latencies in buckets, 16 per power of two (error under 4.5 %), so percentiles need no per-frame memory and
/// no sorting. One writer; any thread can read.
/// </summary>
public sealed class LatencyHistogram
{
    private const int StepsPerDoubling = 16;
    private const int Buckets = 40 * StepsPerDoubling;
    private readonly long[] _buckets = new long[Buckets];
    private long _count;

    /// <summary>Latencies counted since the last <see cref="Clear"/>.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts a latency.</summary>
    /// <param name="latency">Resolution 1 µs; negative counts as 0.</param>
    public void Add(TimeSpan latency)
    {
        Interlocked.Increment(ref _buckets[BucketOf((ulong)Math.Max(0, latency.Ticks / TimeSpan.TicksPerMicrosecond))]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>
    /// The latency that a share of all counted ones does not exceed (the bucket's upper edge); null if none was counted.
    /// </summary>
    /// <param name="share">0-1, for instance 0.99.</param>
    public TimeSpan? Percentile(double share)
    {
        long count = Count;
        if (count == 0) return null;
        long rank = (long)Math.Ceiling(share * count);
        long seen = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            seen += Interlocked.Read(ref _buckets[bucket]);
            if (seen >= rank && seen > 0) return UpperEdge(bucket);
        }

        return UpperEdge(Buckets - 1);
    }

    /// <summary>Resets all counts. A latency added meanwhile counts before or after the reset.</summary>
    public void Clear()
    {
        for (int bucket = 0; bucket < Buckets; bucket++) Interlocked.Exchange(ref _buckets[bucket], 0);
        Interlocked.Exchange(ref _count, 0);
    }

    // Below 16 µs a bucket is 1 µs wide; above, the four bits after the leading one select one of a doubling's 16 buckets.
    private static int BucketOf(ulong microseconds)
    {
        if (microseconds < StepsPerDoubling) return (int)microseconds;
        int exponent = BitOperations.Log2(microseconds);
        int step = (int)(microseconds >> (exponent - 4)) & (StepsPerDoubling - 1);
        return Math.Min(((exponent - 3) * StepsPerDoubling) + step, Buckets - 1);
    }

    private static TimeSpan UpperEdge(int bucket)
    {
        if (bucket < StepsPerDoubling) return TimeSpan.FromMicroseconds(bucket);
        int exponent = (bucket / StepsPerDoubling) + 3;
        ulong lower = (1UL << exponent) + ((ulong)(bucket % StepsPerDoubling) << (exponent - 4));
        return TimeSpan.FromMicroseconds(lower + (1UL << (exponent - 4)) - 1);
    }
}
