using LusEdge.Contract;
using LusEdge.Infer;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace LusEdge.Publish;

/// <summary>Says what the device is and how it is: <c>info</c>, <c>availability</c>, <c>health</c> and <c>metrics</c>.</summary>
/// <param name="table">How each topic is published.</param>
/// <param name="writer">Makes the messages.</param>
/// <param name="model">What grades the frames.</param>
/// <param name="store">The events.</param>
/// <param name="events">Their delivery.</param>
/// <param name="loss">The account of telemetry that did not arrive.</param>
/// <param name="pipeline">The pipeline's figures.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class StatusReporter(
    TopicTable table,
    MessageWriter writer,
    ModelInUse model,
    EventStore store,
    EventDelivery events,
    TelemetryLoss loss,
    PipelineReader pipeline,
    TimeProvider time,
    ILogger log) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetricsPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(60);

    private readonly JsonBuffer _json = new();
    private IReadOnlyList<HealthReason>? _health;
    private volatile Silence? _silence;
    private volatile ModelInUse _model = model;
    private volatile string? _refusedModel;
    private ModelInUse? _announced;
    private string? _toldRefusal;
    private string? _cause;
    private string? _refusedTopic;
    private double _overloadShare;

    /// <summary>No frame comes. Said several times a second; costs nothing while it says the same.</summary>
    public void Silent(FrameState state, string? cause)
    {
        if (_silence is not { } silence || silence.State != state || silence.Cause != cause) _silence = new Silence(state, cause);
    }

    /// <summary>A frame has come.</summary>
    public void Heard() => _silence = null;

    /// <summary>Another model took over: <c>info</c> is published again within a second.</summary>
    public void Serves(ModelInUse model) => _model = model;

    /// <summary>A model was activated and refused, for this reason; null when none is any more.</summary>
    public void Refused(string? why) => _refusedModel = why;

    /// <summary>Announces the device on a new connection. The will was given with the connection's number.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="number">Counts the attempts to connect.</param>
    /// <param name="stop">Ends the wait for the broker's answers.</param>
    public async Task AnnounceAsync(BrokerConnection connection, long number, CancellationToken stop)
    {
        _refusedTopic = null;
        _health = null;
        await PublishInfoAsync(connection, stop).ConfigureAwait(false);
        AvailabilityMessage online = writer.Availability(number, Availability.Online);
        await PublishAsync(table.Availability, _json.Write(online, LusEdgeJson.Default.AvailabilityMessage), connection, stop).ConfigureAwait(false);
    }

    /// <summary>Reports until the connection breaks, which shows as an exception.</summary>
    public async Task RunAsync(BrokerConnection connection, CancellationToken stop)
    {
        long healthAt = time.GetTimestamp();
        long metricsAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            if (!ReferenceEquals(_announced, _model)) await PublishInfoAsync(connection, stop).ConfigureAwait(false);
            bool due = time.GetElapsedTime(healthAt) >= HealthPeriod;
            if (await PublishHealthAsync(due, connection, stop).ConfigureAwait(false)) healthAt = time.GetTimestamp();
            if (time.GetElapsedTime(metricsAt) >= MetricsPeriod)
            {
                metricsAt = time.GetTimestamp();
                await PublishMetricsAsync(connection, stop).ConfigureAwait(false);
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    /// <summary>Announces a clean stop, and why, if it is a fault's: that may be younger than the last second's report.</summary>
    /// <returns>True when the broker has acknowledged it.</returns>
    public async Task<bool> TakeLeaveAsync(BrokerConnection connection, long number, CancellationToken stop)
    {
        await PublishHealthAsync(evenIfTheSame: false, connection, stop).ConfigureAwait(false);
        AvailabilityMessage offline = writer.Availability(number, Availability.Offline);
        return await PublishAsync(table.Availability, _json.Write(offline, LusEdgeJson.Default.AvailabilityMessage), connection, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static bool SameCodes(IReadOnlyList<HealthReason> a, IReadOnlyList<HealthReason> b) =>
        a.Select(reason => reason.Code).SequenceEqual(b.Select(reason => reason.Code));

    private async Task PublishInfoAsync(BrokerConnection connection, CancellationToken stop)
    {
        ModelInUse model = _model;
        await PublishAsync(table.Info, _json.Write(writer.Info(model), LusEdgeJson.Default.InfoMessage), connection, stop).ConfigureAwait(false);
        _announced = model;
    }

    private async Task<bool> PublishHealthAsync(bool evenIfTheSame, BrokerConnection connection, CancellationToken stop)
    {
        Silence? silence = _silence;
        string? refusal = _refusedModel;
        IReadOnlyList<HealthReason> reasons = HealthReasons.Of(silence, _model, _overloadShare, store, events.NobodyTakes, _refusedTopic, refusal);
        // Details hold counts that rise all the time; why there is no picture, or not the model that was asked for, is news.
        if (!evenIfTheSame && _health is not null && SameCodes(reasons, _health) && silence?.Cause == _cause && refusal == _toldRefusal) return false;
        await PublishAsync(table.Health, _json.Write(writer.Health(reasons), LusEdgeJson.Default.HealthMessage), connection, stop).ConfigureAwait(false);

        // Only now: a publication that the stop cancels is to be made up for before the leave.
        (_health, _cause, _toldRefusal) = (reasons, silence?.Cause, refusal);
        return true;
    }

    private async Task PublishMetricsAsync(BrokerConnection connection, CancellationToken stop)
    {
        PipelineFigures figures = pipeline.Read();
        _overloadShare = figures.OverloadShare;
        var outbox = new OutboxFigures(store.Depth, store.Refused, events.Unheard, store.Discarded, store.NotStored);
        TelemetryGap? gap = loss.Take();
        try
        {
            await PublishAsync(table.Metrics, _json.Write(writer.Metrics(figures, gap, outbox), LusEdgeJson.Default.MetricsMessage), connection, stop).ConfigureAwait(false);
            if (gap is not null) loss.Sent(gap.From, gap.To, gap.Frames);
        }
        catch
        {
            if (gap is not null) loss.Dropped(gap.From, gap.To, gap.Frames);
            throw;
        }
    }

    /// <summary>A retained message that nobody subscribes to (0x10) has still been kept by the broker: that is success.</summary>
    private async Task<bool> PublishAsync(TopicPolicy policy, ReadOnlyMemory<byte> payload, BrokerConnection connection, CancellationToken stop)
    {
        MqttClientPublishReasonCode answer = await connection.PublishAsync(policy.Message(payload), stop).ConfigureAwait(false);
        if (answer is MqttClientPublishReasonCode.Success or MqttClientPublishReasonCode.NoMatchingSubscribers) return true;
        if (_refusedTopic is null) log.TopicRefused(policy.Topic, answer.ToString());
        _refusedTopic = policy.Topic;
        return false;
    }
}
