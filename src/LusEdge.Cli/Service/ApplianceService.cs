using LusEdge.Broker;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Machine;
using LusEdge.Publish.Connection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Service;

/// <summary>
/// The appliance under the host. Its start ends when the model runs and the connection to the broker has been started: then
/// systemd gets READY=1. It stops within <see cref="ShutdownBudget"/>, whatever phase it is in.
/// </summary>
internal sealed class ApplianceService(
    LusEdgeOptions options,
    TimeProvider time,
    ILoggerFactory loggers,
    IHostApplicationLifetime lifetime,
    ServiceStatus status) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Appliance? _appliance;
    private EmbeddedBroker? _broker;
    private Task _run = Task.CompletedTask;

    /// <summary>The process's exit code; null while the service runs.</summary>
    public ExitCode? Outcome { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ProcessPriority.Raise();
        try
        {
            LusEdgeOptions resolved = await StartBrokerAsync(cancellationToken);
            status.Say("Loading the model");
            _appliance = await Appliance.StartAsync(resolved, time, loggers, cancellationToken, status.Report);
            status.Watch(_appliance);
            _run = RunAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while starting: there is nothing to close.
            Outcome = ExitCode.Ok;
            throw;
        }
        catch (Exception e) // The top of the service: a sentence and an exit code, and the supervisor decides.
        {
            Outcome = Failure.Report(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Starts the embedded broker if one is configured; it may have picked another port.</summary>
    private async Task<LusEdgeOptions> StartBrokerAsync(CancellationToken stop)
    {
        MqttOptions mqtt = options.Mqtt;
        if (mqtt.Mode != MqttMode.Embedded) return options;
        _broker = await EmbeddedBroker.StartAsync(
            mqtt.Port,
            mqtt.WebSocketPort,
            Appliance.TopicsOf(options),
            time,
            loggers.CreateLogger<EmbeddedBroker>(),
            stop);
        return options with { Mqtt = mqtt.ForEmbedded(_broker.TcpPort, _broker.Password) };
    }

    private async Task RunAsync()
    {
        try
        {
            FeedEnd end = await _appliance!.RunAsync(_stop.Token);
            Outcome = end.Cause is { } cause ? Failure.Report(cause) : ExitCode.Ok;
        }
        catch (Exception e) // The top of the service: a sentence and an exit code, and the supervisor decides.
        {
            Outcome = Failure.Report(e);
        }

        await _appliance!.DisposeAsync();
        if (_broker is not null) await Task.WhenAny(_broker.DisposeAsync().AsTask(), Task.Delay(ShutdownBudget.Broker, time));
        lifetime.StopApplication();
    }
}
