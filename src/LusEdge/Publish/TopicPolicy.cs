using System.Buffers;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LusEdge.Publish;

/// <summary>How one topic is published.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Schema">The name of its schema in docs/schemas/v1, without the extension.</param>
/// <param name="Qos">Quality of service.</param>
/// <param name="Retain">Whether the broker keeps the newest message for those who subscribe later.</param>
/// <param name="Expiry">After which the broker hands it out no more; null for never.</param>
internal sealed record TopicPolicy(string Topic, string Schema, MqttQualityOfServiceLevel Qos, bool Retain, TimeSpan? Expiry)
{
    /// <summary>The schema's identifier, the same as its <c>$id</c>.</summary>
    public string SchemaId { get; } = $"urn:lusedge:v1:{Schema}";

    /// <summary>A message for the topic.</summary>
    /// <param name="payload">UTF-8 JSON; not copied.</param>
    /// <param name="device">The device's id.</param>
    public MqttApplicationMessage Message(ReadOnlyMemory<byte> payload, string device) => new()
    {
        Topic = Topic,
        Payload = new ReadOnlySequence<byte>(payload),
        QualityOfServiceLevel = Qos,
        Retain = Retain,
        MessageExpiryInterval = (uint)(Expiry?.TotalSeconds ?? 0),
        ContentType = "application/json",
        PayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
        UserProperties = [new MqttUserProperty("schema", SchemaBytes), new MqttUserProperty("dev", System.Text.Encoding.UTF8.GetBytes(device).AsMemory())],
    };

    private ReadOnlyMemory<byte> SchemaBytes => System.Text.Encoding.UTF8.GetBytes(SchemaId);
}
