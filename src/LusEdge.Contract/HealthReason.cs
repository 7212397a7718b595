namespace LusEdge.Contract;

/// <summary>One thing that a technician should know.</summary>
/// <param name="Code">For programs, in snake_case: docs/mqtt.md lists them.</param>
/// <param name="Status">Its severity; ok for a remark.</param>
/// <param name="Detail">For people: what is wrong, where, and what to do.</param>
public sealed record HealthReason(string Code, HealthStatus Status, string Detail);
