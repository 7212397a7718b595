namespace LusEdge.Broker;

/// <summary>What the broker refuses.</summary>
internal enum Refusal
{
    /// <summary>A connection that does not start with CONNECT: an HTTP request, for instance.</summary>
    NotMqtt,

    /// <summary>A connection that sent no complete CONNECT in time, or was the oldest of too many.</summary>
    NoConnect,

    /// <summary>A client beyond the limit.</summary>
    TooManyClients,

    /// <summary>A client that uses the service's id without being the service.</summary>
    ServiceId,

    /// <summary>A message on one of the device's topics that is not the service's.</summary>
    DeviceTopic,

    /// <summary>A packet beyond the limit.</summary>
    PacketTooLarge,

    /// <summary>A retained message beyond the limits.</summary>
    RetainedFull,

    /// <summary>A subscription beyond the limit.</summary>
    TooManySubscriptions,

    /// <summary>A subscriber that does not keep up, or does not acknowledge.</summary>
    TooSlow,

    /// <summary>A topic alias, which the broker told the client not to use.</summary>
    TopicAlias,

    /// <summary>A WebSocket of a web page from another site, or under another host name.</summary>
    ForeignPage,
}
