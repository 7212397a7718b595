using System.Net;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Preprocess;
using LusEdge.Publish;
using Microsoft.Extensions.Logging;

namespace LusEdge;

/// <summary>
/// The whole service in one object: what <c>lusedge run</c> and <c>lusedge demo</c> start and stop. Everything that can be refused
/// is refused before anything is published.
/// </summary>
public sealed class Appliance : IAsyncDisposable
{
    private readonly LusEdgeOptions _options;
    private readonly TimeProvider _time;
    private readonly PipelineMeter _meter = new();
    private VideoFeed? _feed;
    private Preprocessor? _preprocessor;
    private SeverityModel? _model;
    private MqttPublisher? _publisher;

    private Appliance(LusEdgeOptions options, Topics topics, TimeProvider time) => (_options, Topics, _time) = (options, topics, time);

    /// <summary>Where the results go.</summary>
    public Topics Topics { get; }

    /// <summary>What really grades the frames.</summary>
    public ModelInUse Model => _model!.InUse;

    /// <summary>The embedded broker, if that was asked for.</summary>
    public EmbeddedBroker? Broker { get; private set; }

    /// <summary>Loads the model, opens the feed, starts the broker if it is embedded, and announces the device.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">A logger a stage.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <exception cref="ConfigurationException">There is neither Device:Id nor a machine id.</exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    /// <exception cref="CaptureException">The source can't be opened.</exception>
    /// <exception cref="PreprocessException">The mask can't be used.</exception>
    /// <exception cref="PublishException">The store of events or the embedded broker can't be opened.</exception>
    public static async Task<Appliance> StartAsync(LusEdgeOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken stop)
    {
        string device = DeviceId.Resolve(options.Device.Id) ?? throw new ConfigurationException(
            "Device:Id", [$"it is not set, and {DeviceId.MachineIdFile} holds no machine id to make one from. Set Device:Id, or run systemd-machine-id-setup."]);
        var appliance = new Appliance(options, new Topics(options.Mqtt.Site, device), time);
        try
        {
            await appliance.StartAsync(loggers, stop);
            return appliance;
        }
        catch
        {
            await appliance.DisposeAsync();
            throw;
        }
    }

    /// <summary>Grades and publishes until the feed ends, the token is cancelled or the model fails for good.</summary>
    /// <param name="stop">Ends the run after the frame in hand.</param>
    /// <returns>How the feed ended.</returns>
    public async Task<FeedEnd> RunAsync(CancellationToken stop)
    {
        var pipeline = new FramePipeline(_options, _feed!, _preprocessor!, _model!, _publisher!, _meter, _time);
        _feed!.Start();
        // A thread of its own: the loop blocks on the feed and on inference, which the pool's few threads are not for.
        await Task.Factory.StartNew(() => pipeline.Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return _feed.End;
    }

    /// <summary>Closes the feed, says goodbye to the broker, and lets go of the rest: in the order of the data's flow, so that nothing is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _feed?.Dispose();
        if (_publisher is not null) await _publisher.DisposeAsync();
        if (Broker is not null) await Broker.DisposeAsync();
        _model?.Dispose();
    }

    private async Task StartAsync(ILoggerFactory loggers, CancellationToken stop)
    {
        _model = SeverityModel.Load(_options.Infer, loggers.CreateLogger<SeverityModel>());
        _feed = new VideoFeed(_options.Capture, _meter.Ledger, _time, loggers.CreateLogger<VideoFeed>());
        _feed.Open();
        _preprocessor = Preprocessor.For(_options.Preprocess, _feed);
        MqttOptions mqtt = _options.Mqtt;
        if (mqtt.Mode == MqttMode.Embedded)
        {
            Broker = await EmbeddedBroker.StartAsync(mqtt.Port, mqtt.WebSocketPort, loggers.CreateLogger<EmbeddedBroker>(), stop);
            mqtt = mqtt with { Host = IPAddress.Loopback.ToString(), Port = Broker.TcpPort };
        }

        _publisher = await MqttPublisher.StartAsync(mqtt, Topics, _model.InUse, _meter, _time, loggers.CreateLogger<MqttPublisher>());
    }
}
