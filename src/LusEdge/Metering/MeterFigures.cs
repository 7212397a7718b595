namespace LusEdge.Metering;

/// <summary>What the pipeline did over a period.</summary>
/// <param name="Period">The period.</param>
/// <param name="CapturedPerSecond">Frames captured per second.</param>
/// <param name="ScoredPerSecond">Frames graded per second.</param>
/// <param name="LatencyP50">Latency that half of the frames did not exceed; null if no frame was processed.</param>
/// <param name="LatencyP99">Latency that 99 % of the frames did not exceed; null if no frame was processed.</param>
/// <param name="Ledger">The frame counts since the start.</param>
public sealed record MeterFigures(
    TimeSpan Period,
    double CapturedPerSecond,
    double ScoredPerSecond,
    TimeSpan? LatencyP50,
    TimeSpan? LatencyP99,
    LedgerCounts Ledger);
