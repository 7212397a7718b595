using System.ComponentModel.DataAnnotations;

namespace LusEdge.Configuration;

/// <summary>When a fault is too much to go on with.</summary>
public sealed record HealthOptions
{
    /// <summary>So many frames in a row that the model failed on end the service; its supervisor starts it afresh.</summary>
    /// <value>50 by default: two seconds at 25 fps. One bad frame is counted and skipped.</value>
    [Range(1, 100_000)]
    public int FaultAfterFrames { get; init; } = 50;
}
