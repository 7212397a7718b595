using System.Text.Json.Serialization.Metadata;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Events;
using LusEdge.Publish.Messages;
using LusEdge.Publish.Telemetry;
using LusEdge.Results;
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
/// <param name="refusals">Knows what the broker does not take.</param>
/// <param name="meter">The pipeline's figures.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusReporter(
    TopicTable table,
    MessageWriter writer,
    ReadingSubscription readings,
    HealthBoard board,
    EventStore store,
    EventDelivery events,
    TelemetryLoss loss,
    BrokerRefusals refusals,
    MeterReader meter,
    TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetricsPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(60);

    /// <summary>How often a retained message is sent again that the broker refused: its rules may have been corrected.</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    private readonly JsonBuffer _json = new();

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
        long triedAt = healthAt;
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            bool isRetryDue = time.GetElapsedTime(triedAt) >= RetryPeriod;
            if (isRetryDue) triedAt = time.GetTimestamp();
            bool MustRetry(TopicPolicy policy) => isRetryDue && refusals.IsRefused(policy.Topic);

            if (!ReferenceEquals(_announced, readings.Model) || MustRetry(table.Info))
                await PublishInfoAsync(connection, stop).ConfigureAwait(false);
            if (MustRetry(table.Availability)) await PublishOnlineAsync(connection, stop).ConfigureAwait(false);
            bool isDue = time.GetElapsedTime(healthAt) >= HealthPeriod || MustRetry(table.Health);
            if (await PublishHealthAsync(isDue, connection, stop).ConfigureAwait(false)) healthAt = time.GetTimestamp();
            if (time.GetElapsedTime(_metricsAt) >= MetricsPeriod)
            {
                await PublishMetricsAsync(connection, stop).ConfigureAwait(false);
                _metricsAt = time.GetTimestamp();
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
        return await PublishAsync(
            table.Availability, [offline], LusEdgeJson.Default.AvailabilityMessage, connection, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private async Task PublishInfoAsync(BrokerConnection connection, CancellationToken stop)
    {
        ModelInUse model = readings.Model;
        IEnumerable<InfoMessage> versions = MessageWriter.Shorter(writer.Info(model));
        await PublishAsync(table.Info, versions, LusEdgeJson.Default.InfoMessage, connection, stop).ConfigureAwait(false);
        _announced = model;
    }

    private Task<bool> PublishOnlineAsync(BrokerConnection connection, CancellationToken stop) =>
        PublishAsync(table.Availability, [_online!], LusEdgeJson.Default.AvailabilityMessage, connection, stop);

    private async Task<bool> PublishHealthAsync(bool evenIfUnchanged, BrokerConnection connection, CancellationToken stop)
    {
        HealthReport report = board.Read();
        if (!evenIfUnchanged && report.Equals(_health)) return false;
        IEnumerable<HealthMessage> versions = MessageWriter.Shorter(writer.Health(report));
        await PublishAsync(table.Health, versions, LusEdgeJson.Default.HealthMessage, connection, stop).ConfigureAwait(false);

        // Only now, so that a report cancelled by the stop is published again with the goodbye.
        _health = report;
        return true;
    }

    private async Task PublishMetricsAsync(BrokerConnection connection, CancellationToken stop)
    {
        var outbox = new OutboxFigures(
            store.Depth, store.Refused, events.Unheard, store.Discarded, store.NotStored, store.Damaged);
        TelemetryGap? gap = loss.Take();
        bool isReported = false;
        try
        {
            IEnumerable<MetricsMessage> versions = MessageWriter.Shorter(writer.Metrics(meter.Read(), gap, outbox));
            isReported = await PublishAsync(
                table.Metrics, versions, LusEdgeJson.Default.MetricsMessage, connection, stop).ConfigureAwait(false);
        }
        finally
        {
            if (gap is not null && isReported) loss.Reported(gap);
            else if (gap is not null) loss.Dropped(gap.From, gap.To, gap.Frames);
        }
    }

    /// <summary>
    /// Publishes the first version that the broker's maximum packet size allows, and reports a topic that the broker refuses. No
    /// subscriber (0x10) is a success here.
    /// </summary>
    /// <returns>Whether the broker accepted it.</returns>
    private async Task<bool> PublishAsync<T>(
        TopicPolicy policy, IEnumerable<T> versions, JsonTypeInfo<T> type, BrokerConnection connection, CancellationToken stop)
    {
        bool isWhole = true;
        foreach (T version in versions)
        {
            MqttApplicationMessage message = policy.Message(_json.Write(version, type));
            if (connection.Fits(message))
            {
                if (!isWhole) refusals.Shortened(policy.Topic, connection.MaxPacket);
                return refusals.Settle(policy.Topic, await connection.PublishAsync(message, stop).ConfigureAwait(false));
            }

            isWhole = false;
        }

        refusals.LeftOut(policy.Topic, connection.MaxPacket);
        return false;
    }
}
