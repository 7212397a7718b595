using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Models;
using LusEdge.Preprocess;
using LusEdge.Publish;
using LusEdge.Publish.Events;
using LusEdge.Results;
using Microsoft.Extensions.Logging;

namespace LusEdge;

/// <summary>
/// The whole service in one object: what <c>lusedge run</c> and <c>lusedge demo</c> start and stop. Errors that can be found at
/// the start are, before anything is published. A missing live feed is not one of them: it may come up later, and until then its
/// absence is published.
/// </summary>
public sealed class Appliance : IAsyncDisposable
{
    private readonly LusEdgeOptions _options;
    private readonly TimeProvider _time;
    private readonly PipelineMeter _meter;
    private readonly PipelineInbox _inbox = new();
    private readonly CancellationTokenSource _closing = new();
    private VideoFeed? _feed;
    private Preprocessor? _preprocessor;
    private SeverityModel? _model;
    private FramePipeline? _frames;
    private ReadingFanOut? _results;
    private SignalAnnouncer? _announcer;
    private HealthMonitor? _monitor;
    private ModelWatch? _watch;
    private MqttPublisher? _publisher;
    private Task _pipeline = Task.CompletedTask;
    private bool _disposed;

    private Appliance(LusEdgeOptions options, Topics topics, TimeProvider time)
    {
        (_options, Topics, _time) = (options, topics, time);
        _meter = new PipelineMeter(time);
    }

    /// <summary>Where the results go.</summary>
    public Topics Topics { get; }

    /// <summary>The model that actually grades the frames.</summary>
    public ModelInUse Model => (_frames?.Model ?? _model!).InUse;

    /// <summary>The state of the signal now.</summary>
    public FrameState State => _announcer!.State;

    /// <summary>Rounds of the pipeline's loop: it is alive as long as this number rises.</summary>
    public long Rounds => _meter.Progress.Rounds;

    /// <summary>Commands for the running pipeline.</summary>
    public PipelineInbox Inbox => _inbox;

    /// <summary>Loads the model, opens the feed (a live one on its own thread), and starts connecting to the broker.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">One logger per stage.</param>
    /// <param name="stop">Cancels the start.</param>
    /// <param name="health">Get the device's health every second, with or without a broker.</param>
    /// <exception cref="ConfigurationException">There is neither Device:Id nor a machine id.</exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    /// <exception cref="CaptureException">A file can't be opened, or a live source has an error that shows without opening
    /// it.</exception>
    /// <exception cref="PreprocessException">The mask can't be used.</exception>
    /// <exception cref="EventStoreException">The event store can't be opened.</exception>
    /// <exception cref="OperationCanceledException">The start was cancelled. A model still loading is abandoned until the process
    /// ends.</exception>
    public static async Task<Appliance> StartAsync(
        LusEdgeOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken stop,
        params IReadOnlyList<Action<HealthReport>> health)
    {
        var appliance = new Appliance(options, TopicsOf(options), time);
        try
        {
            await appliance.StartAsync(loggers, health, stop);
            return appliance;
        }
        catch
        {
            await appliance.DisposeAsync();
            throw;
        }
    }

    /// <summary>The device's topics with this configuration.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <exception cref="ConfigurationException">There is neither Device:Id nor a machine id.</exception>
    public static Topics TopicsOf(LusEdgeOptions options)
    {
        string device = DeviceId.Resolve(options.Device.Id) ?? throw new ConfigurationException(
            "Device:Id",
            [
                $"it is not set, and {DeviceId.MachineIdFile} holds no machine id to derive one from. "
                + "Set Device:Id, or run systemd-machine-id-setup.",
            ]);
        return new Topics(options.Mqtt.Site, device);
    }

    /// <summary>
    /// Grades and publishes until the feed ends, the token is cancelled or the model fails for good. Call it once.
    /// </summary>
    /// <param name="stop">Ends the run after the current frame.</param>
    /// <returns>How the feed ended.</returns>
    /// <exception cref="ModelException">The model failed on many consecutive frames.</exception>
    /// <exception cref="TimeoutException">The pipeline did not stop in time: something blocks the current frame.</exception>
    public async Task<FeedEnd> RunAsync(CancellationToken stop)
    {
        FramePipeline pipeline = _frames = new FramePipeline(
            _options, _feed!, _model!, _inbox, _results!, _meter, _time, _preprocessor);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, _closing.Token);
        // Its own thread: the loop blocks on the feed and on inference, and the thread pool is small.
        CancellationToken ending = end.Token;
        _pipeline = Task.Factory.StartNew(
            () => pipeline.Run(ending), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(_pipeline, Task.Delay(Timeout.InfiniteTimeSpan, _time, ending));
        await Task.WhenAny(_pipeline, Task.Delay(ShutdownBudget.Pipeline, _time, CancellationToken.None));
        if (!_pipeline.IsCompleted)
        {
            throw new TimeoutException(FormattableString.Invariant(
                $"the pipeline did not end within {ShutdownBudget.Pipeline.TotalSeconds:0} s: ")
                + $"the provider {Model.Provider} hangs. The clip in progress is lost.");
        }

        try
        {
            await _pipeline;
        }
        catch (ModelException e)
        {
            _announcer!.ReportStopped(e.Message);
            throw;
        }

        FeedEnd fed = _feed!.End;
        // A live feed that came late and does not fit the configuration: subscribers know the device already, so tell them why it
        // stops.
        if (fed.Error is { } refusal && _feed.CanComeBack) _announcer!.ReportStopped(refusal);
        return fed;
    }

    /// <summary>
    /// Ends the run, closes the feed, says goodbye to the broker and releases the rest: in the order of the data flow, so that
    /// nothing is lost, and within <see cref="ShutdownBudget"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _closing.CancelAsync();
        // RunAsync's caller knows how the run ended. The feed's reader stops in parallel.
        Task reader = Task.Run(() => _feed?.Stop(ShutdownBudget.Pipeline));
        Task ended = Task.WhenAll(_pipeline.ContinueWith(_ => { }, TaskScheduler.Default), reader);
        await Task.WhenAny(ended, Task.Delay(ShutdownBudget.Pipeline, _time));
        _results?.Complete();
        if (_announcer is not null) _announcer.Dispose();
        if (_monitor is not null) await _monitor.DisposeAsync();
        // In parallel with the goodbye: giving up a model that is loading takes a while.
        Task unwatched = _watch?.StopAsync(ShutdownBudget.Goodbye) ?? Task.CompletedTask;
        if (_publisher is not null) await _publisher.StopAsync(ShutdownBudget.Goodbye, ShutdownBudget.Disk);
        await unwatched;

        // A blocked pipeline still uses these; they are released when the process ends.
        if (_pipeline.IsCompleted)
        {
            _inbox.Dispose();
            (_frames?.Model ?? _model)?.Dispose();
        }

        _feed?.Dispose();
        _results?.Dispose();
        _closing.Dispose();
    }

    private async Task StartAsync(ILoggerFactory loggers, IReadOnlyList<Action<HealthReport>> listeners, CancellationToken stop)
    {
        ILogger<SeverityModel> log = loggers.CreateLogger<SeverityModel>();
        var loader = new ModelLoader(_options.Infer, log);
        // Read before the model is loaded: a model activated during the start takes over afterwards.
        (string? Name, DateTime At) seen = loader.FollowsStore ? loader.Store.ActiveSince : default;
        (_model, string? name, string? refusal) = await LoadAsync(loader, stop);
        _feed = new VideoFeed(_options.Capture, _meter.Ledger, _time, loggers.CreateLogger<VideoFeed>())
        {
            // A mask is made for one size.
            FollowsSize = _options.Capture.Geometry is null && _options.Preprocess.Mask is null,
        };
        if (!_feed.CanComeBack)
        {
            _feed.Open();
            _preprocessor = new Preprocessor(_options.Preprocess, _feed.Description!);
        }

        // At once, so that a live feed's frames don't grow old in the system's buffers.
        _feed.Start();
        var board = new HealthBoard();
        _results = new ReadingFanOut(_model.InUse, _time);
        _publisher = await MqttPublisher.StartAsync(
            _options.Mqtt, Topics, _results.Subscribe(), _meter, board, _time, loggers.CreateLogger<MqttPublisher>());
        _announcer = new SignalAnnouncer(_feed, _meter, _results, board, _time);
        if (loader.FollowsStore) _watch = new ModelWatch(loader, seen, name, _inbox, board, _time, log);
        ModelWatch.ReportRefusal(board, refusal);
        Action[] checks = [new ModelHealth(() => Model, board).Look, new OverloadCheck(_meter.Ledger, board).Look];
        foreach (Action check in checks) check();
        _monitor = new HealthMonitor(board, checks, listeners, _time, loggers.CreateLogger<HealthMonitor>());
    }

    /// <summary>
    /// Loads on its own thread, because loading can't be cancelled and building an engine can take minutes. A stop waits for it
    /// as long as it would for a frame and a goodbye, then abandons it until the process ends.
    /// </summary>
    private async Task<(SeverityModel Model, string? Name, string? Refusal)> LoadAsync(ModelLoader loader, CancellationToken stop)
    {
        Task<(SeverityModel Model, string? Name, string? Refusal)> loading = Task.Factory.StartNew(
            loader.LoadAtStart, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(loading, Task.Delay(Timeout.InfiniteTimeSpan, _time, stop));
        if (!stop.IsCancellationRequested) return await loading;
        await Task.WhenAny(loading, Task.Delay(ShutdownBudget.Pipeline + ShutdownBudget.Goodbye, _time, CancellationToken.None));
        if (loading.IsCompletedSuccessfully) (await loading).Model.Dispose();
        throw new OperationCanceledException(stop);
    }
}
