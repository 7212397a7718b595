using LusEdge.Contract;
using LusEdge.Health;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Health;

public sealed class HealthMonitorTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HealthBoard _board = new();
    private readonly FakeLogger<HealthMonitor> _log = new();
    private readonly List<HealthReport> _told = [];

    [Fact]
    public async Task Every_second_the_checks_run_and_then_every_listener_gets_the_report()
    {
        int looks = 0;
        await using HealthMonitor monitor = Monitor(
            [() => _board.Set(HealthCode.Overload, ++looks == 2 ? "too slow" : null)], [_told.Add]);
        Assert.Empty(_told);
        for (int second = 0; second < 3; second++) _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([HealthStatus.Ok, HealthStatus.Degraded, HealthStatus.Ok], _told.Select(report => report.Status));
    }

    [Fact]
    public async Task A_failing_check_or_listener_stops_no_other_and_is_logged_once()
    {
        bool fails = true;
        await using HealthMonitor monitor = Monitor(
            [() => Throw(fails), () => _board.Raise(HealthCode.Overload, "too slow")],
            [_ => Throw(true), _told.Add]);
        for (int second = 0; second < 3; second++) _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _told.Count);
        Assert.Equal(2, _log.Collector.Count);

        fails = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        fails = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _log.Collector.Count);
    }

    private static void Throw(bool really)
    {
        if (really) throw new InvalidOperationException("out of order");
    }

    private HealthMonitor Monitor(Action[] checks, Action<HealthReport>[] listeners) =>
        new(_board, checks, listeners, _time, _log);
}
