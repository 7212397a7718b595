namespace LusEdge.Metering;

/// <summary>Reads the pipeline's meter period by period. Use only one: each read clears the latencies.</summary>
public sealed class MeterReader
{
    private readonly PipelineMeter _meter;
    private readonly TimeProvider _time;
    private LedgerCounts _before;
    private long _at;

    /// <summary>A reader whose first period begins now.</summary>
    public MeterReader(PipelineMeter meter, TimeProvider time)
    {
        _meter = meter;
        _time = time;
        _before = meter.Ledger.Read();
        _at = time.GetTimestamp();
    }

    /// <summary>The figures since the previous call.</summary>
    public MeterFigures Read()
    {
        LedgerCounts now = _meter.Ledger.Read();
        LedgerCounts before = _before;
        long at = _time.GetTimestamp();
        TimeSpan period = _time.GetElapsedTime(_at, at);
        (_before, _at) = (now, at);
        var figures = new MeterFigures(
            period,
            PerSecond(now.Captured - before.Captured, period),
            PerSecond(now.Scored - before.Scored, period),
            _meter.Latency.Percentile(0.5),
            _meter.Latency.Percentile(0.99),
            now);
        _meter.Latency.Clear();
        return figures;
    }

    private static double PerSecond(long frames, TimeSpan period) =>
        period > TimeSpan.Zero ? Math.Round(frames / period.TotalSeconds, 2) : 0;
}
