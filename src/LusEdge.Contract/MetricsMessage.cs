namespace LusEdge.Contract;

/// <summary>The device's figures (topic <c>metrics</c>): every 10 s.</summary>
public sealed record MetricsMessage : Message
{
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The state of the clock; null when unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>Seconds since the figures before: what the rates and percentiles are over.</summary>
    public required double PeriodS { get; init; }

    /// <summary>Frames a second.</summary>
    public required FrameRates Fps { get; init; }

    /// <summary>Latency from capture to the end of aggregation; null when no frame was looked at in the period.</summary>
    public required LatencyFigures? LatMs { get; init; }

    /// <summary>The account of every frame since the service started.</summary>
    public required LedgerFigures Ledger { get; init; }

    /// <summary>Frames that were graded but could not be sent since the last metrics that went out; null when there are none.</summary>
    public required TelemetryGap? Gap { get; init; }

    /// <summary>The store of events.</summary>
    public required OutboxFigures Outbox { get; init; }

    /// <summary>Temperatures in °C by the kernel's name of the sensor; null where there is none.</summary>
    public required IReadOnlyDictionary<string, double>? TempC { get; init; }
}
