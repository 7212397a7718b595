namespace LusEdge.Contract;

/// <summary>The device's figures (topic <c>metrics</c>): every 10 s.</summary>
public sealed record MetricsMessage : Message
{
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The state of the clock; null if unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>Seconds since the previous figures: the period of the rates and percentiles.</summary>
    public required double PeriodS { get; init; }

    /// <summary>Frames per second.</summary>
    public required FrameRates Fps { get; init; }

    /// <summary>Latency from capture to the end of aggregation; null if no frame was processed in the period.</summary>
    public required LatencyFigures? LatMs { get; init; }

    /// <summary>The account of every frame since the service started.</summary>
    public required LedgerFigures Ledger { get; init; }

    /// <summary>Frames that may not have reached the broker since the last metrics message; null if there are none.</summary>
    public required TelemetryGap? Gap { get; init; }

    /// <summary>The event store.</summary>
    public required OutboxFigures Outbox { get; init; }

    /// <summary>Temperatures in °C by the kernel's sensor name; null if there are no sensors.</summary>
    public required IReadOnlyDictionary<string, double>? TempC { get; init; }
}
