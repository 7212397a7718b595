using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Events;
using LusEdge.Publish.Messages;
using LusEdge.Publish.Telemetry;
using LusEdge.Results;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace LusEdge.Publish.Status;

/// <summary>
/// Publishes what the device is and how it is doing: <c>info</c>, <c>availability</c>, <c>health</c> and <c>metrics</c>.
/// </summary>
/// <param name="table">How each topic is published.</param>
/// <param name="writer">Builds the messages.</param>
/// <param name="readings">Knows the model in use.</param>
/// <param name="board">The device's health.</param>
/// <param name="store">The event store.</param>
/// <param name="events">The delivery of events.</param>
/// <param name="loss">Counts telemetry that did not arrive.</param>
/// <param name="meter">The pipeline's figures.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class StatusReporter(
    TopicTable table,
    MessageWriter writer,
    ReadingSubscription readings,
    HealthBoard board,
    EventStore store,
    EventDelivery events,
    TelemetryLoss loss,
    MeterReader meter,
    TimeProvider time,
    ILogger log) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetricsPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(60);

    private readonly JsonBuffer _json = new();
    private readonly SortedSet<string> _refused = new(StringComparer.Ordinal);

    // Not per connection: over a line that breaks every few seconds, metrics and the gap still get through.
    private long _metricsAt = time.GetTimestamp();
    private HealthReport? _health;
    private ModelInUse? _announced;
    private AvailabilityMessage? _online;

    /// <summary>Announces the device on a new connection. The will carries the connection's number.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="number">Counts the attempts to connect.</param>
    /// <param name="stop">Cancels the wait for the broker's answers.</param>
    public async Task AnnounceAsync(BrokerConnection connection, long number, CancellationToken stop)
    {
        _health = null;
        await PublishInfoAsync(connection, stop).ConfigureAwait(false);
        _online = writer.Availability(number, Availability.Online);
        await PublishOnlineAsync(connection, stop).ConfigureAwait(false);
    }

    /// <summary>Reports until the connection breaks, which shows as an exception.</summary>
    public async Task RunAsync(BrokerConnection connection, CancellationToken stop)
    {
        long healthAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            bool isDue = time.GetElapsedTime(healthAt) >= HealthPeriod;
            if (!ReferenceEquals(_announced, readings.Model) || (isDue && _refused.Contains(table.Info.Topic)))
            {
                await PublishInfoAsync(connection, stop).ConfigureAwait(false);
            }

            if (isDue && _refused.Contains(table.Availability.Topic))
            {
                await PublishOnlineAsync(connection, stop).ConfigureAwait(false);
            }

            if (await PublishHealthAsync(isDue, connection, stop).ConfigureAwait(false)) healthAt = time.GetTimestamp();
            if (time.GetElapsedTime(_metricsAt) >= MetricsPeriod)
            {
                _metricsAt = time.GetTimestamp();
                await PublishMetricsAsync(connection, stop).ConfigureAwait(false);
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    /// <summary>
    /// Announces a clean stop, and the current health: the reason for the stop may be newer than the last report.
    /// </summary>
    /// <returns>True if the broker acknowledged it.</returns>
    public async Task<bool> AnnounceOfflineAsync(BrokerConnection connection, long number, CancellationToken stop)
    {
        await PublishHealthAsync(evenIfUnchanged: false, connection, stop).ConfigureAwait(false);
        AvailabilityMessage offline = writer.Availability(number, Availability.Offline);
        ReadOnlyMemory<byte> payload = _json.Write(offline, LusEdgeJson.Default.AvailabilityMessage);
        return await PublishAsync(table.Availability, payload, connection, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private async Task PublishInfoAsync(BrokerConnection connection, CancellationToken stop)
    {
        ModelInUse model = readings.Model;
        ReadOnlyMemory<byte> payload = _json.Write(writer.Info(model), LusEdgeJson.Default.InfoMessage);
        await PublishAsync(table.Info, payload, connection, stop).ConfigureAwait(false);
        _announced = model;
    }

    private Task<bool> PublishOnlineAsync(BrokerConnection connection, CancellationToken stop) =>
        PublishAsync(table.Availability, _json.Write(_online!, LusEdgeJson.Default.AvailabilityMessage), connection, stop);

    private async Task<bool> PublishHealthAsync(bool evenIfUnchanged, BrokerConnection connection, CancellationToken stop)
    {
        HealthReport report = board.Read();
        if (!evenIfUnchanged && report.Equals(_health)) return false;
        ReadOnlyMemory<byte> payload = _json.Write(writer.Health(report), LusEdgeJson.Default.HealthMessage);
        await PublishAsync(table.Health, payload, connection, stop).ConfigureAwait(false);

        // Only now, so that a report cancelled by the stop is published again with the goodbye.
        _health = report;
        return true;
    }

    private async Task PublishMetricsAsync(BrokerConnection connection, CancellationToken stop)
    {
        var outbox = new OutboxFigures(store.Depth, store.Refused, events.Unheard, store.Discarded, store.NotStored, store.Damaged);
        TelemetryGap? gap = loss.Take();
        try
        {
            MetricsMessage metrics = writer.Metrics(meter.Read(), gap, outbox);
            ReadOnlyMemory<byte> payload = _json.Write(metrics, LusEdgeJson.Default.MetricsMessage);
            await PublishAsync(table.Metrics, payload, connection, stop).ConfigureAwait(false);
            if (gap is not null) loss.Sent(gap.From, gap.To, gap.Frames);
        }
        catch
        {
            if (gap is not null) loss.Dropped(gap.From, gap.To, gap.Frames);
            throw;
        }
    }

    /// <summary>
    /// Publishes, and reports a topic that the broker refuses. No subscriber (0x10) is a success here: the message is retained,
    /// so the broker keeps it.
    /// </summary>
    private async Task<bool> PublishAsync(
        TopicPolicy policy, ReadOnlyMemory<byte> payload, BrokerConnection connection, CancellationToken stop)
    {
        MqttClientPublishReasonCode answer = await connection.PublishAsync(policy.Message(payload), stop).ConfigureAwait(false);
        bool isAccepted = answer is MqttClientPublishReasonCode.Success or MqttClientPublishReasonCode.NoMatchingSubscribers;
        if (isAccepted && _refused.Remove(policy.Topic)) log.TopicAccepted(policy.Topic);
        if (!isAccepted && _refused.Add(policy.Topic)) log.TopicRefused(policy.Topic, answer.ToString());
        board.Set(
            HealthCode.TopicRefused,
            _refused.Count > 0
                ? $"The broker refuses {string.Join(", ", _refused)}. Allow the device to publish below its own prefix."
                : null);
        return isAccepted;
    }
}
