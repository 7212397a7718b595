using System.Runtime.ExceptionServices;
using LusEdge.Health;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Messages;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;

namespace LusEdge.Publish.Events;

/// <summary>
/// Sends stored events to the broker: new ones at once, then the backlog at a limited rate and marked late. An event leaves the
/// store only after the broker has acknowledged that it has a subscriber, and has then answered a ping.
/// </summary>
/// <param name="store">The events.</param>
/// <param name="table">How each topic is published.</param>
/// <param name="maxResendsPerSecond">Limit on the rate of the backlog.</param>
/// <param name="refusals">Told about events that are too large for the broker.</param>
/// <param name="board">Told when nobody subscribes to events.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class EventDelivery(
    EventStore store,
    TopicTable table,
    int maxResendsPerSecond,
    BrokerRefusals refusals,
    HealthBoard board,
    TimeProvider time,
    ILogger log)
{
    /// <summary>MQTT's reason code for a packet that is too large, which this side finds out before the broker does.</summary>
    private const MqttClientPublishReasonCode TooLarge = (MqttClientPublishReasonCode)0x95;

    /// <summary>
    /// A live broker answers within this time; otherwise the connection is dropped and the events are sent again.
    /// </summary>
    private static readonly TimeSpan AcknowledgeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>While nobody subscribes, one event is offered from time to time, at first after this…</summary>
    private static readonly TimeSpan MinOfferInterval = TimeSpan.FromSeconds(5);

    /// <summary>…and in the end this often: a week without a subscriber costs some 2000 messages.</summary>
    private static readonly TimeSpan MaxOfferInterval = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _unheardTopics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refusedTopics = new(StringComparer.Ordinal);
    private long _unheard;
    private long _fresh;
    private long _kept;
    private long _delivered;
    private long _offeredAt;
    private TimeSpan _offerAfter;

    /// <summary>Acknowledgements that reported no subscriber.</summary>
    public long Unheard => Interlocked.Read(ref _unheard);

    /// <summary>True if every event since the connection was made is on the disk and has been sent.</summary>
    public bool IsIdle => store.Waiting == 0 && Interlocked.Read(ref _fresh) >= store.LastId;

    /// <summary>Delivers until the connection breaks, which shows as an exception.</summary>
    public async Task RunAsync(BrokerConnection connection, CancellationToken stop)
    {
        // Everything stored so far waited for this connection and is late. What comes from now on is fresh and goes first.
        Interlocked.Exchange(ref _fresh, store.LastId);
        (_kept, _delivered, _offerAfter) = (0, 0, MinOfferInterval);
        _unheardTopics.Clear();
        _refusedTopics.Clear();
        store.RetryRefused();
        while (true)
        {
            IReadOnlyList<StoredEvent> events = await store.ReadAsync(_fresh, long.MaxValue, connection.Window)
                .WaitAsync(stop).ConfigureAwait(false);
            if (events.Count > 0)
            {
                await SendAsync(events, late: false, connection, stop).ConfigureAwait(false);
                Interlocked.Exchange(ref _fresh, events[^1].Id);
                continue;
            }

            if (OfferIsDue())
            {
                events = await store.OldestByTopicAsync().WaitAsync(stop).ConfigureAwait(false);
                events = [.. events.Where(oldest => _unheardTopics.Contains(oldest.Topic)).Take(connection.Window)];
                await SendAsync(events, late: true, connection, stop).ConfigureAwait(false);
                continue;
            }

            events = await store.ReadAsync(_kept, _fresh, Math.Min(connection.Window, maxResendsPerSecond), _unheardTopics)
                .WaitAsync(stop).ConfigureAwait(false);
            if (events.Count > 0)
            {
                long start = time.GetTimestamp();
                _kept = events[^1].Id;
                await SendAsync(events, late: true, connection, stop).ConfigureAwait(false);
                await PaceAsync(events.Count, start, stop).ConfigureAwait(false);
                continue;
            }

            // A pass is over. What is left was not accepted, or its acknowledgement could not be recorded: try again later.
            if (_delivered > 0) log.BacklogDelivered(_delivered);
            (_kept, _delivered) = (0, 0);
            TimeSpan wait = _unheardTopics.Count > 0 ? UntilOffer() : MaxOfferInterval;
            await store.Committed.WaitAsync(wait, time, stop).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(
        IReadOnlyList<StoredEvent> events, bool late, BrokerConnection connection, CancellationToken stop)
    {
        using var overdue = new CancellationTokenSource(AcknowledgeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, stop);
        Task<MqttClientPublishReasonCode>[] answers =
            [.. events.Select(stored => PublishAsync(stored, late, connection, either.Token))];

        // Every answer counts, even if the connection broke in between: what was acknowledged is not sent again.
        var accepted = new List<long>(events.Count);
        Exception? broken = null;
        for (int i = 0; i < answers.Length; i++)
        {
            try
            {
                Settle(events[i], await answers[i].ConfigureAwait(false), connection.MaxPacket, accepted);
            }
            catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException
                || connection.Lost.IsCompleted)
            {
                // What breaks the connection for one breaks it for all: thrown once, below.
                broken ??= e;
            }
            catch (Exception e) // The event's own fault, whatever it is: the others go on, and so does the connection.
            {
                log.EventUnsendable(events[i].Topic, e.Message);
                store.SetAsideDamaged(events[i].Id);
            }
        }

        store.Acknowledged(accepted);
        board.Set(
            HealthCode.EventsUnheard,
            _unheardTopics.Count > 0
                ? $"Nobody subscribes to {string.Join(", ", _unheardTopics.Order())}; events are kept. Start the consumer."
                : null);
        if (late) _delivered += accepted.Count;
        if (broken is not null) ExceptionDispatchInfo.Throw(broken);
    }

    /// <summary>Async, so that whatever is wrong with this event shows in its own task.</summary>
    private async Task<MqttClientPublishReasonCode> PublishAsync(
        StoredEvent stored, bool late, BrokerConnection connection, CancellationToken stop)
    {
        MqttApplicationMessage message = table.Event(stored.Topic).Message(late ? stored.LatePayload() : stored.Payload);
        return connection.Fits(message) ? await connection.PublishAsync(message, stop).ConfigureAwait(false) : TooLarge;
    }

    private void Settle(StoredEvent stored, MqttClientPublishReasonCode answer, long limit, List<long> accepted)
    {
        switch (answer)
        {
            case MqttClientPublishReasonCode.Success:
                accepted.Add(stored.Id);
                if (_unheardTopics.Remove(stored.Topic)) (_kept, _offerAfter) = (0, MinOfferInterval);
                break;
            case MqttClientPublishReasonCode.NoMatchingSubscribers:
                Interlocked.Increment(ref _unheard);
                KeepForLater(stored.Topic, answer);
                break;
            case MqttClientPublishReasonCode.QuotaExceeded or MqttClientPublishReasonCode.PacketIdentifierInUse:
                KeepForLater(stored.Topic, answer);
                break;
            case TooLarge:
                refusals.LeftOut(stored.Topic, limit);
                store.SetAside(stored.Id, (int)answer);
                break;
            default:
                if (_refusedTopics.Add(stored.Topic)) log.EventsRefused(stored.Topic, answer.ToString());
                store.SetAside(stored.Id, (int)answer);
                break;
        }
    }

    private void KeepForLater(string topic, MqttClientPublishReasonCode answer)
    {
        _offeredAt = time.GetTimestamp();
        if (_unheardTopics.Add(topic) && _unheardTopics.Count == 1)
            log.EventsNotAccepted(topic, answer.ToString(), MaxOfferInterval);
    }

    /// <summary>Whether to offer one event of each topic without subscribers. The wait doubles with each offer.</summary>
    private bool OfferIsDue()
    {
        if (_unheardTopics.Count == 0 || UntilOffer() > TimeSpan.Zero) return false;
        _offerAfter = _offerAfter * 2 < MaxOfferInterval ? _offerAfter * 2 : MaxOfferInterval;
        _offeredAt = time.GetTimestamp();
        return true;
    }

    private TimeSpan UntilOffer()
    {
        TimeSpan wait = _offerAfter - time.GetElapsedTime(_offeredAt);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task PaceAsync(int events, long start, CancellationToken stop)
    {
        TimeSpan rest = TimeSpan.FromSeconds((double)events / maxResendsPerSecond) - time.GetElapsedTime(start);
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, stop).ConfigureAwait(false);
    }
}
