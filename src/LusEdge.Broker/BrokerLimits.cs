namespace LusEdge.Broker;

/// <summary>
/// What the embedded broker allows its guests: every client but the service itself. Each limit is far above what a cart needs,
/// and keeps a broken or hostile program on the same machine from taking the service's memory or processor.
/// </summary>
internal sealed record BrokerLimits
{
    /// <summary>The largest packet, in bytes with its header. A second of frames at 60 per second is about 6,000 bytes.</summary>
    public int MaxPacketBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Time for the whole CONNECT packet, and for the HTTP request before it on the WebSocket port. On loopback it arrives within
    /// milliseconds, unless the machine is starved.
    /// </summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Connections that have sent no CONNECT yet. One more ends the oldest of them instead of being refused: a flood of silent
    /// connections must not lock out the service, which sends CONNECT at once.
    /// </summary>
    public int MaxPending { get; init; } = 16;

    /// <summary>Connected guests: a few dashboards, a logger and a bridge are a handful.</summary>
    public int MaxGuests { get; init; } = 32;

    /// <summary>
    /// Connections per port, in any state. A backstop for those that are closing, and for HTTP requests that never become a
    /// WebSocket.
    /// </summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Topic filters per guest: the device has about ten topics.</summary>
    public int MaxSubscriptions { get; init; } = 64;

    /// <summary>Retained messages of all guests together; far below <see cref="MaxQueued"/>, for a subscriber to all of them.
    /// </summary>
    public int MaxRetained { get; init; } = 256;

    /// <summary>Their size together, in bytes.</summary>
    public long MaxRetainedBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Messages that wait for a slow subscriber: half a minute of a live feed. Beyond this, it loses the oldest; if that one
    /// needs an acknowledgement (QoS 1 or 2), it is disconnected, because it was promised every message.
    /// </summary>
    public int MaxQueued { get; init; } = 1000;

    /// <summary>Messages sent to a subscriber that it has not acknowledged. Beyond this, it is disconnected.</summary>
    public int MaxUnacknowledged { get; init; } = 1000;

    /// <summary>
    /// Packets of a client that are not answered yet. Beyond this, nothing more is read from it: it does not read its answers.
    /// </summary>
    public int MaxUnanswered { get; init; } = 1000;

    /// <summary>Time for the last packets to leave before a connection is cut off, and for all of them when the broker stops.
    /// </summary>
    public TimeSpan GoodbyeWithin { get; init; } = TimeSpan.FromSeconds(1);
}
