using LusEdge.Contract;
using MQTTnet.Protocol;

namespace LusEdge.Publish;

/// <summary>How each topic is published: docs/mqtt.md holds the same table for readers.</summary>
/// <param name="topics">The device's topics.</param>
internal sealed class TopicTable(Topics topics)
{
    /// <summary>Also the time for which the broker keeps an event for a subscriber that is away.</summary>
    private static readonly TimeSpan EventExpiry = TimeSpan.FromDays(7);

    public TopicPolicy Info { get; } = new(topics.Info, "info", MqttQualityOfServiceLevel.AtLeastOnce, Retain: true, Expiry: null);

    public TopicPolicy Availability { get; } = new(topics.Availability, "availability", MqttQualityOfServiceLevel.AtLeastOnce, Retain: true, Expiry: null);

    public TopicPolicy Health { get; } = new(topics.Health, "health", MqttQualityOfServiceLevel.AtLeastOnce, Retain: true, Expiry: null);

    public TopicPolicy Live { get; } = new(topics.Live, "live", MqttQualityOfServiceLevel.AtMostOnce, Retain: true, TimeSpan.FromSeconds(3));

    public TopicPolicy Frame { get; } = new(topics.Frame, "frame", MqttQualityOfServiceLevel.AtMostOnce, Retain: false, TimeSpan.FromSeconds(2));

    public TopicPolicy Frames { get; } = new(topics.Frames, "frames", MqttQualityOfServiceLevel.AtMostOnce, Retain: false, TimeSpan.FromSeconds(5));

    public TopicPolicy Metrics { get; } = new(topics.Metrics, "metrics", MqttQualityOfServiceLevel.AtMostOnce, Retain: false, TimeSpan.FromSeconds(60));

    public TopicPolicy Clip { get; } = new(topics.Clip, "clip", MqttQualityOfServiceLevel.AtLeastOnce, Retain: false, EventExpiry);

    /// <summary>The policy of an event as it was stored; the topic may be that of an earlier configuration.</summary>
    /// <param name="topic">Its topic.</param>
    public static TopicPolicy Event(string topic) =>
        new(topic, topic[(topic.LastIndexOf('/') + 1)..], MqttQualityOfServiceLevel.AtLeastOnce, Retain: false, EventExpiry);
}
