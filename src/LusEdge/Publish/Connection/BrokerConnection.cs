using System.Buffers;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Connection;

/// <summary>
/// One connection to the broker, from its acceptance to its loss. Never reused, because the client library's state ends with
/// it. Several loops can use it at once.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    /// <summary>
    /// At most this many events in flight, even if the broker allows more: 1000 per second at a 60 ms round trip.
    /// </summary>
    private const int MaxWindow = 64;

    private readonly IMqttClient _client;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _window = new(0, MaxWindow);

    /// <summary>Wraps a client that is not connected yet.</summary>
    internal BrokerConnection(IMqttClient client)
    {
        _client = client;
        client.DisconnectedAsync += disconnected =>
        {
            WasTakenOver = disconnected.Reason == MqttClientDisconnectReason.SessionTakenOver;
            _lost.TrySetResult(ReasonOf(disconnected));
            return Task.CompletedTask;
        };
    }

    /// <summary>
    /// QoS 1 messages that can await an acknowledgement at once, over all topics. A broker cuts off a client that exceeds it, and
    /// the library does not enforce it.
    /// </summary>
    public int Window { get; private set; }

    /// <summary>Whether the broker ended the connection because another client connected with the same id.</summary>
    public bool WasTakenOver { get; private set; }

    /// <summary>The largest packet that the broker takes, in bytes. It cuts off a client that sends a larger one.</summary>
    public long MaxPacket { get; private set; } = long.MaxValue;

    /// <summary>Completes with the reason when the connection is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Connects.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="stop">Cancels the attempt.</param>
    /// <exception cref="MqttCommunicationException">The broker can't be reached.</exception>
    public static async Task<BrokerAnswer> OpenAsync(MqttClientOptions options, CancellationToken stop)
    {
        // Created before the attempt, so that a loss right after it is not missed.
        var connection = new BrokerConnection(new MqttClientFactory().CreateMqttClient());
        try
        {
            MqttClientConnectResult answer = await connection._client.ConnectAsync(options, stop).ConfigureAwait(false);
            if (answer.ResultCode == MqttClientConnectResultCode.Success)
            {
                // The library gives null or 0 if the broker says nothing, which means 65,535.
                connection.Window = answer.ReceiveMaximum is > 0 and < MaxWindow ? answer.ReceiveMaximum.Value : MaxWindow;
                connection._window.Release(connection.Window);
                if (answer.MaximumPacketSize is > 0 and { } largest) connection.MaxPacket = largest;
                return new BrokerAnswer(connection, "", BrokerFlaw.Of(answer));
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            string code = answer.ResultCode.ToString();
            return new BrokerAnswer(null, WithWords(code, answer.ReasonString), BrokerFlaw.Of(answer));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether the broker takes a message of this size. A larger one must not be published.</summary>
    public bool Fits(MqttApplicationMessage message) =>
        MaxPacket == long.MaxValue || PacketSize.Of(message) <= MaxPacket;

    /// <summary>Publishes a message; for QoS 1, waits for its acknowledgement.</summary>
    /// <returns>The broker's reason code; always success for QoS 0.</returns>
    public async Task<MqttClientPublishReasonCode> PublishAsync(MqttApplicationMessage message, CancellationToken stop)
    {
        bool acknowledged = message.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce;
        if (acknowledged) await _window.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return (await _client.PublishAsync(message, stop).ConfigureAwait(false)).ReasonCode;
        }
        finally
        {
            if (acknowledged) _window.Release();
        }
    }

    /// <summary>Subscribes to what other clients publish on a topic, and waits for the broker's answer, whatever it is.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="received">Gets each payload, and whether the broker had retained it. Must return at once.</param>
    /// <param name="stop">Cancels the wait.</param>
    /// <exception cref="MqttCommunicationException">The connection broke.</exception>
    public Task SubscribeAsync(string topic, Action<ReadOnlyMemory<byte>, bool> received, CancellationToken stop)
    {
        _client.ApplicationMessageReceivedAsync += arrived =>
        {
            received(arrived.ApplicationMessage.Payload.ToArray(), arrived.ApplicationMessage.Retain);
            return Task.CompletedTask;
        };
        MqttClientSubscribeOptions options = new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(filter => filter.WithTopic(topic).WithNoLocal())
            .Build();
        return _client.SubscribeAsync(options, stop);
    }

    /// <summary>
    /// Publishes a copy of a message with QoS 1, because the broker does not answer QoS 0. It takes its place in the order of the
    /// messages before this returns.
    /// </summary>
    /// <returns>The answer to come; null if the window is full now.</returns>
    public Task<MqttClientPublishReasonCode>? TryProbe(MqttApplicationMessage message, CancellationToken stop)
    {
        MqttApplicationMessage copy = new()
        {
            Topic = message.Topic,
            Payload = new ReadOnlySequence<byte>(message.Payload.ToArray()),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = message.Retain,
            MessageExpiryInterval = message.MessageExpiryInterval,
            ContentType = message.ContentType,
            PayloadFormatIndicator = message.PayloadFormatIndicator,
            UserProperties = message.UserProperties,
        };
        return Fits(copy) && _window.Wait(TimeSpan.Zero, CancellationToken.None) ? ReleaseAsync() : null;

        async Task<MqttClientPublishReasonCode> ReleaseAsync()
        {
            try
            {
                return (await _client.PublishAsync(copy, stop).ConfigureAwait(false)).ReasonCode;
            }
            finally
            {
                _window.Release();
            }
        }
    }

    /// <summary>Pings the broker.</summary>
    /// <returns>False if no answer came in time.</returns>
    public async Task<bool> PingAsync(TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await _client.PingAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or MqttCommunicationTimedOutException
            && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Disconnects cleanly, so that the broker drops the will.</summary>
    public Task DisconnectAsync(CancellationToken stop) => _client.DisconnectAsync(new MqttClientDisconnectOptions(), stop);

    /// <summary>
    /// Cuts the connection. Unless <see cref="DisconnectAsync"/> was called before, the broker publishes the will. The window is
    /// not disposed, because publishes that are cut off still release their slots. Never throws.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        try
        {
            _client.Dispose();
        }
        catch (Exception) // The library races with its own cleanup after a loss. The connection is over either way.
        {
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Why the connection ended. If the broker gave no reason (it was killed, or closed the connection), the library reports a
    /// normal disconnection, which must not be shown as the broker's word.
    /// </summary>
    private static string ReasonOf(MqttClientDisconnectedEventArgs disconnected)
    {
        if (disconnected.Reason != MqttClientDisconnectReason.NormalDisconnection)
            return WithWords($"the broker ended it with {disconnected.Reason}", disconnected.ReasonString);
        return disconnected.Exception is { } e
            ? e.InnerException?.Message ?? e.Message
            : "it was closed at the other end, without a reason";
    }

    private static string WithWords(string code, string? words) => string.IsNullOrEmpty(words) ? code : $"{code}: {words}";
}
