using System.Net;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Preprocess;
using LusEdge.Publish;
using Microsoft.Extensions.Logging;

namespace LusEdge;

/// <summary>
/// The whole service in one object: what <c>lusedge run</c> and <c>lusedge demo</c> start and stop. Everything that can be refused
/// is refused before anything is published. A live feed can't: it may come up later, and until then its absence is what is published.
/// </summary>
public sealed class Appliance : IAsyncDisposable
{
    private readonly LusEdgeOptions _options;
    private readonly TimeProvider _time;
    /// <summary>
    /// How long a stop waits for the frame in hand. With a second for the feed's reader and two for the publisher's leave it makes four
    /// of the five seconds within which the service is promised to be gone.
    /// </summary>
    private static readonly TimeSpan PipelineEndsWithin = TimeSpan.FromSeconds(1);

    private readonly PipelineMeter _meter = new();
    private readonly CancellationTokenSource _closing = new();
    private VideoFeed? _feed;
    private Preprocessor? _preprocessor;
    private SeverityModel? _model;
    private FramePipeline? _frames;
    private ModelWatch? _watch;
    private MqttPublisher? _publisher;
    private Task _pipeline = Task.CompletedTask;
    private bool _disposed;

    private Appliance(LusEdgeOptions options, Topics topics, TimeProvider time) => (_options, Topics, _time) = (options, topics, time);

    /// <summary>Where the results go.</summary>
    public Topics Topics { get; }

    /// <summary>What really grades the frames.</summary>
    public ModelInUse Model => (_frames?.Model ?? _model!).InUse;

    /// <summary>The embedded broker, if that was asked for.</summary>
    public EmbeddedBroker? Broker { get; private set; }

    /// <summary>Loads the model, opens the feed (a live one on a thread of its own), starts the broker if it is embedded, and announces the device.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">A logger a stage.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <exception cref="ConfigurationException">There is neither Device:Id nor a machine id.</exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    /// <exception cref="CaptureException">A file can't be opened, or something is wrong with a live source that shows without it.</exception>
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

    /// <summary>Grades and publishes until the feed ends, the token is cancelled or the model fails for good. Call it once.</summary>
    /// <param name="stop">Ends the run after the frame in hand.</param>
    /// <returns>How the feed ended.</returns>
    /// <exception cref="ModelException">The model failed on many frames in a row.</exception>
    /// <exception cref="TimeoutException">The pipeline did not end when it was asked to: something holds the frame in hand.</exception>
    public async Task<FeedEnd> RunAsync(CancellationToken stop)
    {
        FramePipeline pipeline = _frames = new FramePipeline(_options, _feed!, _preprocessor, _model!, _publisher!, _meter, _time, watch: _watch);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, _closing.Token);
        // A thread of its own: the loop blocks on the feed and on inference, which the pool's few threads are not for.
        CancellationToken ending = end.Token;
        _pipeline = Task.Factory.StartNew(() => pipeline.Run(ending), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(_pipeline, Task.Delay(Timeout.InfiniteTimeSpan, _time, ending));
        await Task.WhenAny(_pipeline, Task.Delay(PipelineEndsWithin, _time, CancellationToken.None));
        if (!_pipeline.IsCompleted)
        {
            throw new TimeoutException(FormattableString.Invariant(
                $"the pipeline did not end within {PipelineEndsWithin.TotalSeconds:0} s of being asked to: the provider {Model.Provider} or the disk under {_options.Mqtt.EventsDatabase} holds it. The clip in progress is lost."));
        }

        await _pipeline;
        FeedEnd fed = _feed!.End;
        // A live feed that came late, and turned out not to be what the configuration is for: subscribers have heard of it, and learn why it goes.
        if (fed.Error is { } refusal && _feed.MayComeBack) _publisher!.Silence(FrameState.Failed, _time.GetUtcNow(), refusal);
        return fed;
    }

    /// <summary>Ends the run, closes the feed, says goodbye to the broker, and lets go of the rest: in the order of the data's flow, so that nothing is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _closing.CancelAsync();
        // How the run ended was told to whoever awaited it.
        await Task.WhenAny(_pipeline, Task.Delay(PipelineEndsWithin, _time));
        _feed?.Dispose();
        // Beside the publisher's leave: a model that is being loaded takes a while to be given up.
        Task unwatched = _watch?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        if (_publisher is not null) await _publisher.DisposeAsync();
        await unwatched;
        if (Broker is not null) await Broker.DisposeAsync();

        // A pipeline that is held still uses it: it is left to the end of the process.
        if (_pipeline.IsCompleted) (_frames?.Model ?? _model)?.Dispose();
        _closing.Dispose();
    }

    private async Task StartAsync(ILoggerFactory loggers, CancellationToken stop)
    {
        ILogger<SeverityModel> log = loggers.CreateLogger<SeverityModel>();
        var loader = new ModelLoader(_options.Infer, log);
        // From before the model is loaded: what is activated while the service starts is taken over once it has.
        (string? Name, DateTime At) seen = loader.FollowsStore ? loader.Store.ActiveSince : default;
        (_model, string? name, string? refusal) = loader.LoadAtStart();
        _feed = new VideoFeed(_options.Capture, _meter.Ledger, _time, loggers.CreateLogger<VideoFeed>());
        if (!_feed.MayComeBack)
        {
            _feed.Open();
            _preprocessor = Preprocessor.For(_options.Preprocess, _feed);
        }

        // At once: what a live feed sends meanwhile must not grow old in the system's buffers.
        _feed.Start();
        MqttOptions mqtt = _options.Mqtt;
        if (mqtt.Mode == MqttMode.Embedded)
        {
            Broker = await EmbeddedBroker.StartAsync(mqtt.Port, mqtt.WebSocketPort, loggers.CreateLogger<EmbeddedBroker>(), stop);
            mqtt = mqtt with { Host = IPAddress.Loopback.ToString(), Port = Broker.TcpPort };
        }

        _publisher = await MqttPublisher.StartAsync(mqtt, Topics, _model.InUse, _meter, _time, loggers.CreateLogger<MqttPublisher>());
        _publisher.RefusedModel(refusal);
        if (loader.FollowsStore) _watch = new ModelWatch(loader, seen, name, _publisher.RefusedModel, _time, log);
    }
}
