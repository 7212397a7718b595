namespace LusEdge.Contract;

/// <summary>
/// Whether the device is there (topic <c>availability</c>, retained). Within a boot, each connection has two numbers: an even one
/// for its <c>online</c>, and the next odd one for its end, whether by the will or by a clean stop. A reader ignores a message
/// with a lower <see cref="Message.Seq"/> than it has seen, or with the <see cref="Message.BootNumber"/> of an older start.
/// </summary>
public sealed record AvailabilityMessage : Message
{
    /// <summary>When the device published it, UTC; null in a will, because the broker publishes that later.</summary>
    public required DateTimeOffset? T { get; init; }

    /// <summary>Whether the device is there.</summary>
    public required Availability State { get; init; }
}
