namespace LusEdge.Contract;

/// <summary>The event store. Counters start with the service.</summary>
/// <param name="Depth">Events awaiting an acknowledgement, including refused ones.</param>
/// <param name="Refused">Those among them that the broker refuses (not authorized, for instance): retried at the next
/// connection.</param>
/// <param name="Unheard">Acknowledgements that reported no subscriber (reason 0x10). The event is kept.</param>
/// <param name="Discarded">Events deleted unsent because the store was full: refused ones first, then the oldest.</param>
/// <param name="NotStored">Events that could not be stored at all.</param>
/// <param name="Damaged">Events found damaged on the disk. They are never sent.</param>
public sealed record OutboxFigures(long Depth, long Refused, long Unheard, long Discarded, long NotStored, long Damaged);
