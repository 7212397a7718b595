using LusEdge.Broker;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Publish.Connection;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>The whole appliance, with its own embedded broker.</summary>
internal sealed class ApplianceRig : IAsyncDisposable
{
    private readonly List<HealthReport> _health = [];

    private ApplianceRig(EmbeddedBroker broker) => Broker = broker;

    public EmbeddedBroker Broker { get; }

    public Appliance Appliance { get; private set; } = null!;

    public Topics Topics => Appliance.Topics;

    /// <summary>The health reports that the appliance's listener received, one per second.</summary>
    public IReadOnlyList<HealthReport> Health
    {
        get
        {
            lock (_health) return [.. _health];
        }
    }

    /// <summary>Starts both.</summary>
    /// <param name="options">The options; broker and device id are filled in.</param>
    /// <param name="brokerPort">The broker's port as configured; null for the real one.</param>
    /// <param name="time">The clock; null for the real one.</param>
    public static async Task<ApplianceRig> StartAsync(
        LusEdgeOptions options, int? brokerPort = null, TimeProvider? time = null)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
            LoopbackPort.Free(),
            LoopbackPort.Free(),
            new Topics(options.Mqtt.Site, "test"),
            TimeProvider.System,
            NullLogger<EmbeddedBroker>.Instance,
            stop);
        var rig = new ApplianceRig(broker);
        try
        {
            MqttOptions mqtt = options.Mqtt.ForEmbedded(brokerPort ?? broker.TcpPort, broker.Password);
            rig.Appliance = await Appliance.StartAsync(
                options with { Device = new DeviceOptions { Id = "test" }, Mqtt = mqtt },
                time ?? TimeProvider.System,
                NullLoggerFactory.Instance,
                stop,
                rig.Note);
            return rig;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public Task<FeedEnd> RunAsync(CancellationToken stop) => Appliance.RunAsync(stop);

    public async ValueTask DisposeAsync()
    {
        await Appliance.DisposeAsync();
        await Broker.DisposeAsync();
    }

    private void Note(HealthReport report)
    {
        lock (_health) _health.Add(report);
    }
}
