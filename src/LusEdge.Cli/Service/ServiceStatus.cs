using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Signal;
using Microsoft.Extensions.Hosting.Systemd;

namespace LusEdge.Cli.Service;

/// <summary>
/// Tells systemd how the service is: STATUS= with the state in words, and WATCHDOG=1 for as long as the pipeline's loop goes round. A timer
/// alone would feed the watchdog of a service that hangs.
/// </summary>
/// <param name="notifier">systemd's notify socket; does nothing where there is none.</param>
internal sealed class ServiceStatus(ISystemdNotifier notifier)
{
    private volatile Appliance? _appliance;
    private string? _said;
    private long _rounds = -1;

    /// <summary>From now on the appliance's state is told.</summary>
    public void Watch(Appliance appliance) => _appliance = appliance;

    /// <summary>Told every second how the device is.</summary>
    public void Report(HealthReport report)
    {
        if (_appliance is not { } appliance) return;
        if (appliance.Rounds != _rounds) notifier.Notify(new ServiceState("WATCHDOG=1"));
        _rounds = appliance.Rounds;
        string reasons = string.Join(", ", report.Reasons.Where(reason => reason.Status > HealthStatus.Ok).Select(reason => reason.Code));
        Say($"{StateSentence.Of(appliance.State)} Provider {appliance.Model.Provider}; health {report.Status.ToString().ToLowerInvariant()}{(reasons.Length > 0 ? $": {reasons}" : "")}");
    }

    /// <summary>Says something about the service, once.</summary>
    public void Say(string status)
    {
        if (status == _said) return;
        _said = status;
        notifier.Notify(new ServiceState($"STATUS={status}"));
    }
}
