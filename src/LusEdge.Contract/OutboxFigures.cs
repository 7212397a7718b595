namespace LusEdge.Contract;

/// <summary>The store of events. Counters count from the start of the service.</summary>
/// <param name="Depth">Events that wait for an acknowledgement, refused ones included.</param>
/// <param name="Refused">Events among them that the broker refuses to take (not authorized, for instance): set aside until the next start.</param>
/// <param name="Unheard">Acknowledgements that said that nobody subscribes (reason 0x10). The event is kept.</param>
/// <param name="Discarded">Events that were given up unsent: the oldest when the store is full, and those that expired.</param>
/// <param name="NotStored">Events that could not be stored at all.</param>
public sealed record OutboxFigures(long Depth, long Refused, long Unheard, long Discarded, long NotStored);
