using System.Text.Json;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Messages;
using Microsoft.Extensions.Logging;
using MQTTnet.Exceptions;

namespace LusEdge.Publish.Status;

/// <summary>
/// Notices another box that has this device's id, as after copying a system image. A broker gives the session to the box that
/// connects last; some say so, others just close the connection. So this also reads the device's own <c>availability</c>: a
/// message from another start, other than the end of the connection that was there before this start, comes from another box.
/// </summary>
/// <param name="policy">The topic <c>availability</c>.</param>
/// <param name="boot">The identity of this start of the service.</param>
/// <param name="board">Told about another box.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class DuplicateWatch(TopicPolicy policy, Guid boot, HealthBoard board, TimeProvider time, ILogger log)
{
    /// <summary>
    /// Longer than the longest delay between two attempts (<see cref="ReconnectDelay.LongestContested"/>): a second box would
    /// have been back by then.
    /// </summary>
    public static readonly TimeSpan ClearAfter = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private (Guid Boot, long Connection)? _predecessor;
    private bool _hasAnnounced;
    private bool _isOverwritten;
    private bool _skipsNext;
    private long? _seenAt;

    /// <summary>Whether another box has shown up lately. The two must not take the session from each other in turn.</summary>
    public bool IsContested
    {
        get
        {
            lock (_lock) return _seenAt is not null;
        }
    }

    /// <summary>Whether another start's end has replaced this one's <c>online</c>, which is then to be published again.</summary>
    public bool IsOverwritten
    {
        get
        {
            lock (_lock) return _isOverwritten;
        }
    }

    /// <summary>
    /// Subscribes to the own topic, and waits for the broker's answer. Call it before <c>online</c> is published, and publish
    /// without waiting: the broker reads the two in this order, and sends what it had retained. If the connection breaks first,
    /// the next one does without, because some brokers cut off a client that may not subscribe.
    /// </summary>
    public async Task SubscribeAsync(BrokerConnection connection, CancellationToken stop)
    {
        bool skips = _skipsNext;
        _skipsNext = !skips;
        if (skips) return;
        bool isFirst;
        lock (_lock) isFirst = !_hasAnnounced;
        try
        {
            await connection.SubscribeAsync(
                policy.Topic, (payload, isRetained) => Received(payload, isRetained, isFirst), stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException)
        {
            // The connection broke, or the broker does not answer. Its loops notice that, if they need an answer.
            return;
        }

        _skipsNext = false;
    }

    /// <summary><c>online</c> was published: what another start publishes from now on comes from another box.</summary>
    public void Announced()
    {
        lock (_lock) (_hasAnnounced, _isOverwritten) = (true, false);
    }

    /// <summary>The broker said that another client has connected with this device's id.</summary>
    public void TakenOver() => Found("the broker gave the session to another client with this id");

    /// <summary>Clears the condition once a connection has held for long enough.</summary>
    /// <param name="since">When the connection was made, as a timestamp of the clock.</param>
    public void Look(long since)
    {
        lock (_lock)
        {
            if (_seenAt is not { } seenAt || time.GetElapsedTime(Math.Max(seenAt, since)) < ClearAfter) return;
            _seenAt = null;
        }

        board.Clear(HealthCode.DuplicateDevice);
        log.DuplicateGone(ClearAfter);
    }

    private void Received(ReadOnlyMemory<byte> payload, bool isRetained, bool isFirst)
    {
        AvailabilityMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(payload.Span, LusEdgeJson.Default.AvailabilityMessage);
        }
        catch (JsonException)
        {
            // Anyone may publish anything here; it is no evidence of another box.
            return;
        }

        // The examination's will, if it was cut off, is no box.
        if (message is null || message.Boot == boot || message.Boot == BrokerVisit.Boot) return;
        (Guid Boot, long Connection) from = (message.Boot, message.Seq / 2);
        lock (_lock)
        {
            if (isFirst && isRetained) _predecessor ??= from;
            if (message.State != Availability.Online && !isRetained) _isOverwritten = true;
            if (from == _predecessor) return;
        }

        Found($"another start of the service (boot {message.Boot}) publishes on its topics");
    }

    private void Found(string evidence)
    {
        bool isNew;
        lock (_lock)
        {
            isNew = _seenAt is null;
            _seenAt = time.GetTimestamp();
        }

        if (!isNew) return;
        log.DuplicateDevice(evidence);
        board.Raise(
            HealthCode.DuplicateDevice,
            $"Another box has this device's id: {evidence}. Stop the other one, or give each its own Device:Id "
                + "(boxes with a copied system image have the same /etc/machine-id).");
    }
}
