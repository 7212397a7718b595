namespace LusEdge.Contract;

/// <summary>
/// Whether the device is there (topic <c>availability</c>, retained). Within a boot each connection has two numbers: an even
/// one for its <c>online</c>, the next odd one for its end, be it the will or a clean stop. So a reader ignores what has a
/// lower <see cref="Message.Seq"/> than it has seen, or the boot of an older start.
/// </summary>
public sealed record AvailabilityMessage : Message
{
    /// <summary>When the device said so, UTC; null in a will, because the broker speaks it later.</summary>
    public required DateTimeOffset? T { get; init; }

    /// <summary>Whether the device is there.</summary>
    public required Availability State { get; init; }
}
