using MQTTnet;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Connection;

/// <summary>Something that the device or its readers need, and that the broker's answer to a connection does not allow.</summary>
/// <param name="Lack">What is missing, as the end of a sentence that begins with the broker.</param>
/// <param name="Setting">The broker's setting to change.</param>
/// <param name="IsFatal">Whether the service can't publish through this broker.</param>
public sealed record BrokerFlaw(string Lack, string Setting, bool IsFatal)
{
    /// <summary>Bytes: <c>info</c>, the first message on each connection, takes less than this.</summary>
    private const uint SmallestPacket = 4 << 10;

    /// <summary>Bytes: every message takes less than this, even a stored event of the largest size.</summary>
    private const uint AmplePacket = 20 << 10;

    /// <summary>The broker's flaws, by its answer to CONNECT.</summary>
    internal static IReadOnlyList<BrokerFlaw> Of(MqttClientConnectResult answer) => Find(answer).ToArray();

    private static IEnumerable<BrokerFlaw> Find(MqttClientConnectResult answer)
    {
        if (!answer.RetainAvailable || answer.ResultCode == MqttClientConnectResultCode.RetainNotSupported)
            yield return new("keeps no retained messages", "retain_available true", IsFatal: true);
        if (answer.MaximumQoS == MqttQualityOfServiceLevel.AtMostOnce
            || answer.ResultCode == MqttClientConnectResultCode.QoSNotSupported)
            yield return new("allows QoS 0 only, which no event survives", "max_qos 1 or 2", IsFatal: true);

        // The library gives null or 0 if the broker names no limit.
        if (answer.MaximumPacketSize is > 0 and < AmplePacket || answer.ResultCode == MqttClientConnectResultCode.PacketTooLarge)
        {
            uint limit = answer.MaximumPacketSize ?? 0;
            yield return new(
                limit > 0 ? FormattableString.Invariant($"takes packets of at most {limit} bytes") : "takes small packets only",
                FormattableString.Invariant($"max_packet_size {AmplePacket} or more, or no limit"),
                IsFatal: limit < SmallestPacket);
        }

        if (!answer.WildcardSubscriptionAvailable)
        {
            yield return new(
                "allows no wildcard subscriptions, so readers must subscribe to each topic of each device",
                "the one that enables wildcards (EMQX: mqtt.wildcard_subscription)",
                IsFatal: false);
        }
    }
}
