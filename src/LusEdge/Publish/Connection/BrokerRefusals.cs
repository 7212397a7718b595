using LusEdge.Health;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace LusEdge.Publish.Connection;

/// <summary>
/// What the broker does not take: topics that it refuses, and messages that exceed its maximum packet size. Thread-safe.
/// </summary>
/// <param name="board">Told while there is something that it does not take.</param>
/// <param name="log">The log.</param>
internal sealed class BrokerRefusals(HealthBoard board, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly SortedSet<string> _refused = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _shortened = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _leftOut = new(StringComparer.Ordinal);

    /// <summary>Whether the broker takes this message at all.</summary>
    public static bool IsRefusal(MqttClientPublishReasonCode answer) => (int)answer >= 0x80
        && answer is not (MqttClientPublishReasonCode.QuotaExceeded or MqttClientPublishReasonCode.PacketIdentifierInUse);

    /// <summary>Whether the broker refused the last acknowledged message on this topic.</summary>
    public bool IsRefused(string topic)
    {
        lock (_lock) return _refused.Contains(topic);
    }

    /// <summary>A new connection: the broker may have another limit.</summary>
    public void Connected()
    {
        lock (_lock)
        {
            _shortened.Clear();
            _leftOut.Clear();
            board.Clear(HealthCode.PacketTooLarge);
        }
    }

    /// <summary>The broker has answered. No subscriber (0x10) is a success here.</summary>
    /// <returns>Whether it accepted the message.</returns>
    public bool Settle(string topic, MqttClientPublishReasonCode answer)
    {
        bool isRefusal = IsRefusal(answer);
        lock (_lock)
        {
            if (isRefusal && _refused.Add(topic)) log.TopicRefused(topic, answer.ToString());
            if (!isRefusal && _refused.Remove(topic)) log.TopicAccepted(topic);
            board.Set(
                HealthCode.TopicRefused,
                _refused.Count > 0
                    ? $"The broker refuses {string.Join(", ", _refused)}. Allow the device to publish below its own prefix."
                    : null);
        }

        return !isRefusal;
    }

    /// <summary>A message was shortened to the broker's maximum packet size.</summary>
    public void Shortened(string topic, long limit)
    {
        lock (_lock)
        {
            if (!_shortened.Add(topic)) return;
            log.MessageShortened(topic, limit);
            ReportSize(limit);
        }
    }

    /// <summary>A message was left out because it exceeds the broker's maximum packet size.</summary>
    public void LeftOut(string topic, long limit)
    {
        lock (_lock)
        {
            if (!_leftOut.Add(topic)) return;
            log.MessageLeftOut(topic, limit);
            ReportSize(limit);
        }
    }

    private void ReportSize(long limit)
    {
        string shortened = _shortened.Count > 0 ? $" Shortened: {string.Join(", ", _shortened)}." : "";
        string leftOut = _leftOut.Count > 0 ? $" Left out: {string.Join(", ", _leftOut)}." : "";
        board.Raise(
            HealthCode.PacketTooLarge,
            $"The broker takes packets of up to {limit} bytes only.{leftOut}{shortened} Raise its maximum packet size.");
    }
}
