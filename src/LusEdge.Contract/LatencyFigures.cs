namespace LusEdge.Contract;

/// <summary>Latency percentiles in milliseconds: a histogram bucket's upper edge, at most 7 % too high.</summary>
/// <param name="P50">Half of the frames took no longer.</param>
/// <param name="P99">99 of 100 frames took no longer.</param>
public sealed record LatencyFigures(double P50, double P99);
