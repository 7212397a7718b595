using LusEdge.Contract;

namespace LusEdge.Health;

/// <summary>
/// Where the owner of a condition raises and clears it. Raising the same condition again is free, so an owner can do it on every
/// check. A detail must not contain a running count, because every changed detail is published. Thread-safe.
/// </summary>
public sealed class HealthBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HealthCode, string> _raised = [];

    /// <summary>The condition holds.</summary>
    /// <param name="code">The condition.</param>
    /// <param name="detail">For people: what is wrong, where, and what to do.</param>
    public void Raise(HealthCode code, string detail)
    {
        lock (_lock) _raised[code] = detail;
    }

    /// <summary>The condition does not hold, or no longer does.</summary>
    public void Clear(HealthCode code)
    {
        lock (_lock) _raised.Remove(code);
    }

    /// <summary>Raises a condition for as long as there is a detail.</summary>
    /// <param name="code">The condition.</param>
    /// <param name="detail">What is wrong; null if nothing is.</param>
    public void Set(HealthCode code, string? detail)
    {
        if (detail is null) Clear(code);
        else Raise(code, detail);
    }

    /// <summary>The device's health now.</summary>
    public HealthReport Read()
    {
        lock (_lock)
        {
            HealthReason[] reasons =
            [
                .. HealthCode.All
                    .Where(_raised.ContainsKey)
                    .Select(code => new HealthReason(code.Name, code.Status, _raised[code])),
            ];
            return new HealthReport(reasons.Length == 0 ? HealthStatus.Ok : reasons.Max(reason => reason.Status), reasons);
        }
    }
}
