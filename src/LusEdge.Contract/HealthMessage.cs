namespace LusEdge.Contract;

/// <summary>The device's health (topic <c>health</c>, retained): on change, and every 60 s.</summary>
public sealed record HealthMessage : Message
{
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The state of the clock; null if unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The worst status among the reasons.</summary>
    public required HealthStatus Status { get; init; }

    /// <summary>What is wrong. Can hold remarks if the status is ok.</summary>
    public required IReadOnlyList<HealthReason> Reasons { get; init; }
}
