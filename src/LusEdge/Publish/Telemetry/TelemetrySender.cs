using LusEdge.Contract;
using LusEdge.Metering;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Messages;
using LusEdge.Results;
using LusEdge.Signal;
using MQTTnet;

namespace LusEdge.Publish.Telemetry;

/// <summary>Sends what does not outlive its moment, in the order of the frames: <c>frame</c>, <c>frames</c> and <c>live</c>.</summary>
/// <param name="readings">What the pipeline and the announcer say.</param>
/// <param name="table">How each topic is published.</param>
/// <param name="writer">Makes the messages.</param>
/// <param name="delivery">How single frames are published.</param>
/// <param name="loss">The account of what did not arrive.</param>
/// <param name="ledger">Tells which frames were dropped unseen.</param>
/// <param name="time">The clock.</param>
internal sealed class TelemetrySender(
    ReadingSubscription readings,
    TopicTable table,
    MessageWriter writer,
    FrameDelivery delivery,
    TelemetryLoss loss,
    FrameLedger ledger,
    TimeProvider time) : IDisposable
{
    /// <summary>The life of a frame message: one that has waited longer would expire on arrival.</summary>
    private static readonly TimeSpan FrameLifetime = TimeSpan.FromSeconds(2);

    private readonly LiveCadence _cadence = new();
    private readonly FrameBatch _batch = new();
    private readonly JsonBuffer _json = new();
    private Dictionary<string, long> _droppedBefore = [];
    private FrameState? _signal;
    private DateTimeOffset _since;

    /// <summary>Sends until the connection breaks, which shows as an exception.</summary>
    public async Task RunAsync(BrokerConnection connection, CancellationToken stop)
    {
        _cadence.Reset();
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
            // The rest of a batch would be stale by the next connection.
            if (_batch.Count > 0 && delivery == FrameDelivery.Batch) loss.Dropped(_batch.From, _batch.To, _batch.Count);
            _batch.Clear();
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

        // From here on the reading's slot belongs to the writers again: the network may take its time.
        readings.Advance();
        if (live is not null)
        {
            await connection.PublishAsync(table.Live.Message(_json.Write(live, LusEdgeJson.Default.LiveMessage)), stop).ConfigureAwait(false);
        }

        if (frame is not null)
        {
            await PublishAsync(table.Frame.Message(_json.Write(frame, LusEdgeJson.Default.FrameMessage)), at, at, 1, connection, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the reading goes out as the present one. A score that grew too old on its way here never does: what is said next replaces it.</summary>
    private bool IsLiveDue(QueuedReading reading)
    {
        if (reading.Signal == FrameState.Live && time.GetElapsedTime(reading.Timestamp) > SignalJudge.MaxScoreAge) return false;
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

        (DateTimeOffset from, DateTimeOffset to, int count) = (_batch.From, _batch.To, _batch.Count);
        MqttApplicationMessage message = table.Frames.Message(_json.Write(writer.Frames(_batch, since), LusEdgeJson.Default.FramesMessage));
        _batch.Clear();

        // With both kinds of message each frame is accounted for by its own.
        await PublishAsync(message, from, to, delivery == FrameDelivery.Batch ? count : 0, connection, stop).ConfigureAwait(false);
    }

    private async Task PublishAsync(
        MqttApplicationMessage message, DateTimeOffset from, DateTimeOffset to, int frames, BrokerConnection connection, CancellationToken stop)
    {
        try
        {
            await connection.PublishAsync(message, stop).ConfigureAwait(false);
            loss.Sent(from, to, frames);
        }
        catch
        {
            loss.Dropped(from, to, frames);
            throw;
        }
    }
}
