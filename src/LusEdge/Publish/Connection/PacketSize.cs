using System.Text;
using MQTTnet;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Connection;

/// <summary>The size of a PUBLISH packet of MQTT 5, with the properties that this program uses.</summary>
internal static class PacketSize
{
    /// <summary>In bytes, from the packet's first to its last.</summary>
    public static long Of(MqttApplicationMessage message)
    {
        long properties = 0;
        if (message.PayloadFormatIndicator != MqttPayloadFormatIndicator.Unspecified) properties += 2;
        if (message.MessageExpiryInterval > 0) properties += 5;
        if (message.ContentType is { } type) properties += 1 + Text(type);
        foreach (var property in message.UserProperties ?? [])
            properties += 1 + Text(property.Name) + 2 + property.ValueBuffer.Length;

        long packetId = message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce ? 0 : 2;
        long rest = Text(message.Topic) + packetId + VariableLength(properties) + properties + message.Payload.Length;
        return 1 + VariableLength(rest) + rest;
    }

    private static long Text(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    /// <summary>The bytes of an integer of variable length: seven bits in each.</summary>
    private static int VariableLength(long value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };
}
