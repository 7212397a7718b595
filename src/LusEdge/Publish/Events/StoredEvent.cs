namespace LusEdge.Publish.Events;

/// <summary>An event as it lies in the store.</summary>
/// <param name="Id">Rises with each event and is never used twice.</param>
/// <param name="Topic">Where it is published.</param>
/// <param name="Payload">The message as it was first written: one JSON object in UTF-8.</param>
internal sealed record StoredEvent(long Id, string Topic, byte[] Payload)
{
    /// <summary>The message marked as late. Every event is an object that says so by this field, so no event's type need be known.</summary>
    public byte[] LatePayload() => [.. Payload.AsSpan(0, Payload.Length - 1), .. ",\"late\":true}"u8];
}
