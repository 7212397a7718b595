using LusEdge.Contract;
using LusEdge.Health;

namespace LusEdge.Publish;

/// <summary>Reads the pipeline's meter a period at a time. For one loop only; it alone clears the latencies.</summary>
internal sealed class PipelineReader
{
    private readonly PipelineMeter _meter;
    private readonly TimeProvider _time;
    private LedgerCounts _before;
    private long _at;

    /// <summary>A reader whose first period begins now.</summary>
    public PipelineReader(PipelineMeter meter, TimeProvider time)
    {
        _meter = meter;
        _time = time;
        _before = meter.Ledger.Read();
        _at = time.GetTimestamp();
    }

    /// <summary>The figures since the call before.</summary>
    public PipelineFigures Read()
    {
        LedgerCounts now = _meter.Ledger.Read();
        LedgerCounts before = _before;
        long at = _time.GetTimestamp();
        TimeSpan period = _time.GetElapsedTime(_at, at);
        (_before, _at) = (now, at);

        LatencyFigures? latency = _meter.Latency.Percentile(0.5) is { } p50 && _meter.Latency.Percentile(0.99) is { } p99
            ? new LatencyFigures(MessageWriter.Milliseconds(p50), MessageWriter.Milliseconds(p99))
            : null;
        _meter.Latency.Clear();

        long captured = now.Captured - before.Captured;
        long overload = now.Dropped.GetValueOrDefault(DropReason.Overload) - before.Dropped.GetValueOrDefault(DropReason.Overload);
        return new PipelineFigures(
            period,
            new FrameRates(PerSecond(captured, period), PerSecond(now.Scored - before.Scored, period)),
            latency,
            new LedgerFigures(now.Captured, now.Scored, now.Withheld, Named(now.Dropped), now.Corrupt, now.InFlight),
            captured == 0 ? 0 : (double)overload / captured);
    }

    /// <summary>Drops by the contract's names.</summary>
    public static Dictionary<string, long> Named(IReadOnlyDictionary<DropReason, long> dropped) =>
        dropped.ToDictionary(pair => JsonName.Of(pair.Key), pair => pair.Value);

    private static double PerSecond(long frames, TimeSpan period) =>
        period > TimeSpan.Zero ? Math.Round(frames / period.TotalSeconds, 2) : 0;
}
