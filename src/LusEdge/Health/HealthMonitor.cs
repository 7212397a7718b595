using Microsoft.Extensions.Logging;

namespace LusEdge.Health;

/// <summary>
/// Once per second, with or without a broker: runs the checks, then passes the report to every listener. A check or listener that
/// fails is logged once, and the others still run.
/// </summary>
public sealed class HealthMonitor : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly HealthBoard _board;
    private readonly IReadOnlyList<Action> _checks;
    private readonly IReadOnlyList<Action<HealthReport>> _listeners;
    private readonly ILogger _logger;
    private readonly HashSet<Delegate> _failed = [];
    private readonly ITimer _timer;
    private readonly Lock _round = new();

    /// <summary>Starts the rounds.</summary>
    /// <param name="board">Where conditions are raised.</param>
    /// <param name="checks">Each checks something and raises or clears its code. They must return at once.</param>
    /// <param name="listeners">Get the report every second. They must return at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public HealthMonitor(
        HealthBoard board,
        IReadOnlyList<Action> checks,
        IReadOnlyList<Action<HealthReport>> listeners,
        TimeProvider time,
        ILogger<HealthMonitor> logger)
    {
        _board = board;
        _checks = checks;
        _listeners = listeners;
        _logger = logger;
        _timer = time.CreateTimer(_ => RunRound(), null, Period, Period);
    }

    /// <summary>Stops the rounds.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void RunRound()
    {
        // If a round takes longer than a second, the next one is skipped.
        if (!_round.TryEnter()) return;
        try
        {
            foreach (Action check in _checks) Guard(check, check);
            HealthReport report = _board.Read();
            foreach (Action<HealthReport> listener in _listeners) Guard(listener, () => listener(report));
        }
        finally
        {
            _round.Exit();
        }
    }

    private void Guard(Delegate key, Action act)
    {
        try
        {
            act();
            _failed.Remove(key);
        }
        catch (Exception e) // One failure must not stop the other checks and listeners.
        {
            if (_failed.Add(key)) Log.Failed(_logger, e, key.Method.DeclaringType?.Name ?? key.Method.Name);
        }
    }
}
