using LusEdge.Publish.Connection;
using MQTTnet;
using MQTTnet.Exceptions;

namespace LusEdge.Publish.Telemetry;

/// <summary>
/// Finds out whether the broker accepts a topic of QoS 0, where it gives no answer: the first message of a connection, and then
/// one every few seconds, is sent with QoS 1.
/// </summary>
/// <param name="refusals">Told the answer.</param>
/// <param name="loss">Counts the frames on this topic; null if they are counted elsewhere.</param>
/// <param name="time">The clock.</param>
internal sealed class TopicProbe(BrokerRefusals refusals, TelemetryLoss? loss, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private long? _sentAt;

    /// <summary>Completes, without an exception, when the last probe has been answered or its connection has ended.</summary>
    public Task Answer { get; private set; } = Task.CompletedTask;

    /// <summary>Makes the next message a probe, because the connection is new.</summary>
    public void Reset() => _sentAt = null;

    /// <summary>Sends the message as a probe, if one is due and the broker allows another unacknowledged message.</summary>
    /// <returns>False if the message must be sent as usual.</returns>
    public bool TrySend(MqttApplicationMessage message, BrokerConnection connection, CancellationToken stop)
    {
        if (!Answer.IsCompleted || (_sentAt is { } sentAt && time.GetElapsedTime(sentAt) < Period)) return false;
        if (connection.TryProbe(message, stop) is not { } answer) return false;
        _sentAt = time.GetTimestamp();
        loss?.ProbeSent();
        Answer = SettleAsync(message.Topic, answer);
        return true;
    }

    private async Task SettleAsync(string topic, Task<MqttClientPublishReasonCode> answer)
    {
        try
        {
            bool isAccepted = refusals.Settle(topic, await answer.ConfigureAwait(false));
            loss?.ProbeAnswered(isAccepted);
        }
        catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException or ObjectDisposedException)
        {
            // The connection has ended: what was sent since the last answer counts as lost.
        }
    }
}
