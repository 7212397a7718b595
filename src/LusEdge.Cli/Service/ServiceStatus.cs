using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Judge;
using Microsoft.Extensions.Hosting.Systemd;

namespace LusEdge.Cli.Service;

/// <summary>
/// Reports to systemd: STATUS= with the state in words, and WATCHDOG=1 as long as the pipeline's loop turns. A timer alone would
/// keep feeding the watchdog of a hung service.
/// </summary>
/// <param name="notifier">systemd's notify socket; does nothing without systemd.</param>
internal sealed class ServiceStatus(ISystemdNotifier notifier)
{
    private volatile Appliance? _appliance;
    private string? _said;
    private long _rounds = -1;

    /// <summary>From now on, reports this appliance's state.</summary>
    public void Watch(Appliance appliance) => _appliance = appliance;

    /// <summary>Called once per second with the device's health.</summary>
    public void Report(HealthReport report)
    {
        if (_appliance is not { } appliance) return;
        if (appliance.Rounds != _rounds) notifier.Notify(new ServiceState("WATCHDOG=1"));
        _rounds = appliance.Rounds;
        IEnumerable<string> codes = report.Reasons.Where(reason => reason.Status > HealthStatus.Ok).Select(reason => reason.Code);
        string reasons = string.Join(", ", codes);
        string health = report.Status.ToString().ToLowerInvariant() + (reasons.Length > 0 ? $": {reasons}" : "");
        Say($"{StateSentence.Of(appliance.State)} Provider {appliance.Model.Provider}; health {health}");
    }

    /// <summary>Sets STATUS=, if it has changed.</summary>
    public void Say(string status)
    {
        if (status == _said) return;
        _said = status;
        notifier.Notify(new ServiceState($"STATUS={status}"));
    }
}
