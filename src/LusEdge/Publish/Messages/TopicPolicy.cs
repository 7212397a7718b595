using System.Buffers;
using System.Text;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Messages;

/// <summary>How one topic is published.</summary>
internal sealed class TopicPolicy
{
    private readonly List<MqttUserProperty> _properties;
    private readonly MqttQualityOfServiceLevel _qos;
    private readonly bool _retain;
    private readonly TimeSpan? _expiry;

    /// <summary>The policy of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="schema">Its schema's file name in docs/schemas/v1, without the extension.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="qos">Quality of service.</param>
    /// <param name="retain">Whether the broker keeps the newest message for later subscribers.</param>
    /// <param name="expiry">After this time the broker no longer delivers it; null for never.</param>
    public TopicPolicy(string topic, string schema, string device, MqttQualityOfServiceLevel qos, bool retain, TimeSpan? expiry)
    {
        Topic = topic;
        SchemaId = $"urn:lusedge:v1:{schema}";
        _qos = qos;
        _retain = retain;
        _expiry = expiry;
        _properties = [Property("schema", SchemaId), Property("dev", device)];
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The schema's identifier, the same as its <c>$id</c>.</summary>
    public string SchemaId { get; }

    /// <summary>A message for the topic.</summary>
    /// <param name="payload">UTF-8 JSON; not copied.</param>
    public MqttApplicationMessage Message(ReadOnlyMemory<byte> payload) => new()
    {
        Topic = Topic,
        Payload = new ReadOnlySequence<byte>(payload),
        QualityOfServiceLevel = _qos,
        Retain = _retain,
        MessageExpiryInterval = (uint)(_expiry?.TotalSeconds ?? 0),
        ContentType = "application/json",
        PayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
        UserProperties = _properties,
    };

    private static MqttUserProperty Property(string name, string value) =>
        new(name, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(value)));
}
