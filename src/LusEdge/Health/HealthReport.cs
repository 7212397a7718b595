using LusEdge.Contract;

namespace LusEdge.Health;

/// <summary>The device's health at one moment.</summary>
/// <param name="Status">The worst status among the reasons.</param>
/// <param name="Reasons">What is wrong, and remarks; worst first.</param>
public sealed record HealthReport(HealthStatus Status, IReadOnlyList<HealthReason> Reasons)
{
    /// <summary>Whether another report says the same.</summary>
    public bool Equals(HealthReport? other) =>
        other is not null && Status == other.Status && Reasons.SequenceEqual(other.Reasons);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Status, Reasons.Count);
}
