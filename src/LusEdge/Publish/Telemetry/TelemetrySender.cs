using LusEdge.Contract;
using LusEdge.Metering;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Messages;
using LusEdge.Results;
using MQTTnet;

namespace LusEdge.Publish.Telemetry;

/// <summary>Sends short-lived messages in frame order: <c>frame</c>, <c>frames</c> and <c>live</c>.</summary>
/// <param name="readings">Readings from the pipeline and the announcer.</param>
/// <param name="table">How each topic is published.</param>
/// <param name="writer">Builds the messages.</param>
/// <param name="delivery">How single frames are published.</param>
/// <param name="loss">Counts what did not arrive.</param>
/// <param name="refusals">Told what the broker does not take.</param>
/// <param name="ledger">Knows which frames were dropped unseen.</param>
/// <param name="time">The clock.</param>
internal sealed class TelemetrySender(
    ReadingSubscription readings,
    TopicTable table,
    MessageWriter writer,
    FrameDelivery delivery,
    TelemetryLoss loss,
    BrokerRefusals refusals,
    FrameLedger ledger,
    TimeProvider time) : IDisposable
{
    /// <summary>The expiry of a frame message: one that waited longer would expire on arrival.</summary>
    private static readonly TimeSpan FrameLifetime = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, long> NoDrops = [];

    private readonly LiveCadence _cadence = new();
    private readonly FrameBatch _batch = new();
    private readonly JsonBuffer _json = new();

    // With both kinds of message, each frame is counted with its own message.
    private readonly TopicProbe _liveProbe = new(refusals, null, time);
    private readonly TopicProbe _frameProbe = new(refusals, loss, time);
    private readonly TopicProbe _framesProbe = new(refusals, delivery == FrameDelivery.Batch ? loss : null, time);
    private Dictionary<string, long> _droppedBefore = [];
    private FrameState? _signal;
    private long _since;

    /// <summary>Sends until the connection breaks, which shows as an exception.</summary>
    public async Task RunAsync(BrokerConnection connection, CancellationToken stop)
    {
        _cadence.Reset();
        TopicProbe[] probes = [_liveProbe, _frameProbe, _framesProbe];
        foreach (TopicProbe probe in probes) probe.Reset();
        try
        {
            while (true)
            {
                if (readings.TakeMissed() is { } missed) loss.Dropped(missed.From, missed.To, missed.Frames);
                while (readings.Peek() is { } reading) await SendAsync(reading, connection, stop).ConfigureAwait(false);
                await readings.WaitAsync(stop).ConfigureAwait(false);
            }
        }
        finally
        {
            // The unsent batch would be stale on the next connection.
            if (_batch.Count > 0 && delivery == FrameDelivery.Batch) loss.Dropped(_batch.From, _batch.To, _batch.Count);
            _batch.Clear();
            foreach (TopicProbe probe in probes) await probe.Answer.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private async Task SendAsync(QueuedReading reading, BrokerConnection connection, CancellationToken stop)
    {
        if (time.GetElapsedTime(reading.QueuedAt) > FrameLifetime)
        {
            if (reading.Frame is not null) loss.Dropped(reading.At);
            readings.Advance();
            return;
        }

        if (reading.Signal != _signal) (_signal, _since) = (reading.Signal, reading.Since);
        DateTimeOffset at = reading.At;
        bool isFrame = reading.Frame is not null;
        FrameMessage? frame = isFrame && delivery != FrameDelivery.Batch ? writer.Frame(reading) : null;
        LiveMessage? live = IsLiveDue(reading) ? writer.Live(reading, isFrame ? _since : reading.Since) : null;
        if (delivery != FrameDelivery.Each)
        {
            if (_batch.EndsBefore(reading)) await FlushAsync(connection, stop).ConfigureAwait(false);
            if (isFrame) _batch.Add(reading);
        }

        // Give the slot back to the writers before waiting for the network.
        readings.Advance();
        if (live is not null)
        {
            MqttApplicationMessage message = table.Live.Message(_json.Write(live, LusEdgeJson.Default.LiveMessage));
            await PublishAsync(message, _liveProbe, connection, stop).ConfigureAwait(false);
        }

        if (frame is not null)
        {
            MqttApplicationMessage message = table.Frame.Message(_json.Write(frame, LusEdgeJson.Default.FrameMessage));
            bool fits = connection.Fits(message);
            if (fits) loss.Sent(at, at, 1);
            else loss.Dropped(at);
            await PublishAsync(message, _frameProbe, connection, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether to publish the reading as <c>live</c>. A score that grew too old in the queue is skipped; the next reading
    /// replaces it.
    /// </summary>
    private bool IsLiveDue(QueuedReading reading)
    {
        if (reading.Signal == FrameState.Live && time.GetElapsedTime(reading.Timestamp) > reading.MaxAge) return false;
        return _cadence.IsDue(reading.Signal, reading.Smoothed?.Grade, time.GetElapsedTime(0, reading.QueuedAt));
    }

    private async Task FlushAsync(BrokerConnection connection, CancellationToken stop)
    {
        Dictionary<string, long> dropped = MessageWriter.DropsByName(ledger.Read().Dropped);
        var since = dropped
            .Select(pair => (pair.Key, Count: pair.Value - _droppedBefore.GetValueOrDefault(pair.Key)))
            .Where(pair => pair.Count > 0)
            .ToDictionary(pair => pair.Key, pair => pair.Count);
        _droppedBefore = dropped;

        await SendAsync(writer.Frames(_batch, since), _batch, connection, stop).ConfigureAwait(false);
        _batch.Clear();
    }

    /// <summary>Sends a batch, in parts if the broker's maximum packet size asks for it.</summary>
    private async Task SendAsync(FramesMessage frames, FrameBatch batch, BrokerConnection connection, CancellationToken stop)
    {
        MqttApplicationMessage message = table.Frames.Message(_json.Write(frames, LusEdgeJson.Default.FramesMessage));
        bool fits = connection.Fits(message);
        if (!fits && batch.Count > 1)
        {
            (FrameBatch first, FrameBatch second) = batch.Halves();
            // The whole was not sent, so its number is still free.
            await SendAsync(writer.Frames(first, frames.Dropped, frames.Seq), first, connection, stop).ConfigureAwait(false);
            await SendAsync(writer.Frames(second, NoDrops), second, connection, stop).ConfigureAwait(false);
            return;
        }

        if (delivery == FrameDelivery.Batch)
        {
            if (fits) loss.Sent(batch.From, batch.To, batch.Count);
            else loss.Dropped(batch.From, batch.To, batch.Count);
        }

        await PublishAsync(message, _framesProbe, connection, stop).ConfigureAwait(false);
    }

    private async Task PublishAsync(
        MqttApplicationMessage message, TopicProbe probe, BrokerConnection connection, CancellationToken stop)
    {
        if (!connection.Fits(message)) refusals.LeftOut(message.Topic, connection.MaxPacket);
        else if (!probe.TrySend(message, connection, stop)) await connection.PublishAsync(message, stop).ConfigureAwait(false);
    }
}
