namespace LusEdge.Health;

/// <summary>What the stages report while frames pass: the account of every frame, and the latency of those that were looked at.</summary>
public sealed class PipelineMeter
{
    /// <summary>The account of every captured frame.</summary>
    public FrameLedger Ledger { get; } = new();

    /// <summary>From capture to the end of aggregation, a frame.</summary>
    public LatencyHistogram Latency { get; } = new();
}
