using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Connection;

/// <summary>
/// One connection to the broker, from its acceptance to its loss. Never reused: the client library's state ends with it.
/// Safe to use from several loops.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    /// <summary>Events under way at once where the broker would take more: enough for 1000 a second at 60 ms round trip.</summary>
    private const int LargestWindow = 64;

    private readonly IMqttClient _client;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _window = new(0, LargestWindow);

    private BrokerConnection(IMqttClient client)
    {
        _client = client;
        client.DisconnectedAsync += disconnected =>
        {
            // The library reports a killed broker as a normal disconnection: whatever it says, nobody asked for it here.
            _lost.TrySetResult(disconnected.Exception?.Message ?? disconnected.ReasonString ?? disconnected.Reason.ToString());
            return Task.CompletedTask;
        };
    }

    /// <summary>
    /// QoS 1 messages that may wait for an acknowledgement at once, of whatever topic: a broker cuts off who exceeds it, and the
    /// library does not hold to it by itself.
    /// </summary>
    public int Window { get; private set; }

    /// <summary>Completes with the reason when the connection is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Connects.</summary>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends the attempt.</param>
    /// <returns>The connection; null with the reason when the broker refuses.</returns>
    /// <exception cref="MqttCommunicationException">The broker can't be reached.</exception>
    public static async Task<(BrokerConnection? Connection, string Refusal)> OpenAsync(MqttClientOptions options, CancellationToken stop)
    {
        // Made before the attempt, so that a loss right after it is not missed.
        var connection = new BrokerConnection(new MqttClientFactory().CreateMqttClient());
        try
        {
            MqttClientConnectResult answer = await connection._client.ConnectAsync(options, stop).ConfigureAwait(false);
            if (answer.ResultCode == MqttClientConnectResultCode.Success)
            {
                // The library says null or 0 where the broker says nothing, which means 65,535.
                connection.Window = answer.ReceiveMaximum is > 0 and < LargestWindow ? answer.ReceiveMaximum.Value : LargestWindow;
                connection._window.Release(connection.Window);
                return (connection, "");
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            return (null, answer.ReasonString is { Length: > 0 } words ? $"{answer.ResultCode}: {words}" : answer.ResultCode.ToString());
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Publishes a message; for QoS 1, waits for its acknowledgement.</summary>
    /// <returns>The broker's word on it; always success for QoS 0.</returns>
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

    /// <summary>Asks the broker for a sign of life.</summary>
    /// <returns>False when none came in time.</returns>
    public async Task<bool> PingAsync(TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            await _client.PingAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or MqttCommunicationTimedOutException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Takes leave, so that the broker drops the will.</summary>
    public Task DisconnectAsync(CancellationToken stop) => _client.DisconnectAsync(new MqttClientDisconnectOptions(), stop);

    /// <summary>
    /// Cuts the connection. Without <see cref="DisconnectAsync"/> before, the broker speaks the will. The window is not disposed:
    /// publishes that are cut off still give their places back.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
