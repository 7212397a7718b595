using LusEdge.Contract;

namespace LusEdge.Health;

/// <summary>
/// Where the owner of a condition says that it holds, and that it no longer does. Raising the same again is free, so an owner may do it as
/// often as it looks. A detail holds no running count, because every new detail is news. Thread-safe.
/// </summary>
public sealed class HealthBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HealthCode, string> _raised = [];

    /// <summary>Says that a condition holds.</summary>
    /// <param name="code">The condition.</param>
    /// <param name="detail">For people: what is wrong, where, and what to do.</param>
    public void Raise(HealthCode code, string detail)
    {
        lock (_lock) _raised[code] = detail;
    }

    /// <summary>Says that a condition no longer holds, or never did.</summary>
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

    /// <summary>How the device is now.</summary>
    public HealthReport Read()
    {
        lock (_lock)
        {
            HealthReason[] reasons =
            [
                .. HealthCode.All.Where(_raised.ContainsKey).Select(code => new HealthReason(code.Name, code.Status, _raised[code])),
            ];
            return new HealthReport(reasons.Length == 0 ? HealthStatus.Ok : reasons.Max(reason => reason.Status), reasons);
        }
    }
}
