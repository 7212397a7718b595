using System.ComponentModel.DataAnnotations;

namespace LusEdge.Configuration;

/// <summary>When the service gives up.</summary>
public sealed record HealthOptions
{
    /// <summary>The service exits after this many consecutive inference failures, and its supervisor restarts it.</summary>
    /// <value>50 by default: two seconds at 25 fps. A single bad frame is counted and skipped.</value>
    [Range(1, 100_000)]
    public int FaultAfterFrames { get; init; } = 50;
}
