namespace LusEdge.Metering;

/// <summary>What the stages record per frame.</summary>
/// <param name="time">The clock.</param>
public sealed class PipelineMeter(TimeProvider time)
{
    /// <summary>Accounts for every captured frame.</summary>
    public FrameLedger Ledger { get; } = new();

    /// <summary>From capture to the end of aggregation, per frame.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Whether the loop is running.</summary>
    public PipelineProgress Progress { get; } = new(time);
}
