using LusEdge.Contract;

namespace LusEdge.Metering;

/// <summary>
/// The account of every captured frame: captured = scored + withheld (by state) + dropped (by reason) + corrupt + in flight.
/// Capture opens an entry when a decoder hands out a frame, and exactly one stage closes it. "In flight" counts the leases
/// that are out; it is not derived from the other counts, so a frame that is lost or counted twice shows as an imbalance.
/// </summary>
/// <remarks>Thread-safe; every method is a few interlocked additions and, except <see cref="Read"/>, allocates nothing.</remarks>
public sealed class FrameLedger
{
    private readonly long[] _withheld = new long[Enum.GetValues<FrameState>().Length];
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _captured;
    private long _scored;
    private long _corrupt;
    private long _leased;

    /// <summary>A decoder handed out a frame, and a lease on it was taken.</summary>
    public void Captured()
    {
        Interlocked.Increment(ref _captured);
        Interlocked.Increment(ref _leased);
    }

    /// <summary>The lease on a captured frame was returned.</summary>
    public void Released() => Interlocked.Decrement(ref _leased);

    /// <summary>A frame left the pipeline: scored if live, corrupt if damaged, otherwise withheld under its state.</summary>
    /// <param name="state">The frame's state.</param>
    public void Completed(FrameState state)
    {
        switch (state)
        {
            case FrameState.Live: Interlocked.Increment(ref _scored); break;
            case FrameState.Corrupt: Interlocked.Increment(ref _corrupt); break;
            default: Interlocked.Increment(ref _withheld[(int)state]); break;
        }
    }

    /// <summary>A frame was dropped unprocessed.</summary>
    /// <param name="reason">Why.</param>
    public void Dropped(DropReason reason) => Interlocked.Increment(ref _dropped[(int)reason]);

    /// <summary>The current counts. Exact once capture and pipeline are idle; while they run, counts can be off by one.</summary>
    public LedgerCounts Read() => new(
        Interlocked.Read(ref _captured),
        Interlocked.Read(ref _scored),
        Counts<FrameState>(_withheld),
        Counts<DropReason>(_dropped),
        Interlocked.Read(ref _corrupt),
        Interlocked.Read(ref _leased));

    private static Dictionary<TKey, long> Counts<TKey>(long[] counts)
        where TKey : struct, Enum
    {
        var result = new Dictionary<TKey, long>();
        foreach (TKey key in Enum.GetValues<TKey>())
        {
            long count = Interlocked.Read(ref counts[Convert.ToInt32(key, null)]);
            if (count != 0) result[key] = count;
        }

        return result;
    }
}

/// <summary>A snapshot of the frame ledger, in frames.</summary>
/// <param name="Captured">Frames that a decoder handed out.</param>
/// <param name="Scored">Frames that were graded.</param>
/// <param name="Withheld">Frames that were examined but not graded, by state.</param>
/// <param name="Dropped">Frames dropped unprocessed, by reason.</param>
/// <param name="Corrupt">Damaged frames.</param>
/// <param name="InFlight">Captured frames that have not left the pipeline.</param>
public sealed record LedgerCounts(
    long Captured,
    long Scored,
    IReadOnlyDictionary<FrameState, long> Withheld,
    IReadOnlyDictionary<DropReason, long> Dropped,
    long Corrupt,
    long InFlight)
{
    /// <summary>Captured minus everything accounted for: 0 unless a frame was lost or counted twice.</summary>
    public long Imbalance => Captured - Scored - Withheld.Values.Sum() - Dropped.Values.Sum() - Corrupt - InFlight;
}
