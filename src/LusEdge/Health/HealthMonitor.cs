using Microsoft.Extensions.Logging;

namespace LusEdge.Health;

/// <summary>
/// Looks once per second, whether a broker is there or not: first it asks those who have to look at something to know how it is, then it
/// tells every listener the report. One that fails is logged once, and the others go on.
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

    /// <summary>Begins to look.</summary>
    /// <param name="board">Where conditions are raised.</param>
    /// <param name="checks">Look at something and raise or clear its code. They must return at once.</param>
    /// <param name="listeners">Told the report every second. They must return at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of a check or a listener that fails.</param>
    public HealthMonitor(
        HealthBoard board, IReadOnlyList<Action> checks, IReadOnlyList<Action<HealthReport>> listeners, TimeProvider time, ILogger<HealthMonitor> logger)
    {
        _board = board;
        _checks = checks;
        _listeners = listeners;
        _logger = logger;
        _timer = time.CreateTimer(_ => RunRound(), null, Period, Period);
    }

    /// <summary>Stops looking.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void RunRound()
    {
        // A round that takes longer than a second is not overtaken by the next.
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
        catch (Exception e) // One that fails must not keep the others from being asked or told.
        {
            if (_failed.Add(key)) Log.Failed(_logger, e, key.Method.DeclaringType?.Name ?? key.Method.Name);
        }
    }
}
