using LusEdge.Contract;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Messages;

/// <summary>How each topic is published. docs/mqtt.md has the same table.</summary>
/// <param name="topics">The device's topics.</param>
internal sealed class TopicTable(Topics topics)
{
    private const MqttQualityOfServiceLevel AtMostOnce = MqttQualityOfServiceLevel.AtMostOnce;
    private const MqttQualityOfServiceLevel AtLeastOnce = MqttQualityOfServiceLevel.AtLeastOnce;

    /// <summary>How long the broker keeps an event for an absent subscriber.</summary>
    private static readonly TimeSpan EventExpiry = TimeSpan.FromDays(7);

    public TopicPolicy Info { get; } = new(topics.Info, "info", topics.Device, AtLeastOnce, retain: true, expiry: null);

    public TopicPolicy Availability { get; } =
        new(topics.Availability, "availability", topics.Device, AtLeastOnce, retain: true, expiry: null);

    public TopicPolicy Health { get; } = new(topics.Health, "health", topics.Device, AtLeastOnce, retain: true, expiry: null);

    public TopicPolicy Live { get; } = new(topics.Live, "live", topics.Device, AtMostOnce, retain: true, TimeSpan.FromSeconds(3));

    public TopicPolicy Frame { get; } =
        new(topics.Frame, "frame", topics.Device, AtMostOnce, retain: false, TimeSpan.FromSeconds(2));

    public TopicPolicy Frames { get; } =
        new(topics.Frames, "frames", topics.Device, AtMostOnce, retain: false, TimeSpan.FromSeconds(5));

    /// <summary>Acknowledged, because it reports what was lost.</summary>
    public TopicPolicy Metrics { get; } =
        new(topics.Metrics, "metrics", topics.Device, AtLeastOnce, retain: false, TimeSpan.FromSeconds(60));

    public TopicPolicy Clip { get; } = new(topics.Clip, "clip", topics.Device, AtLeastOnce, retain: false, EventExpiry);

    /// <summary>
    /// The policy of a stored event. If the site's code has changed since, the event still goes to its original topic.
    /// </summary>
    /// <param name="topic">Its topic; the last level is the name of its schema.</param>
    public TopicPolicy Event(string topic)
    {
        if (topic == Clip.Topic) return Clip;
        string schema = topic[(topic.LastIndexOf('/') + 1)..];
        return new TopicPolicy(topic, schema, topics.Device, AtLeastOnce, retain: false, EventExpiry);
    }
}
