namespace LusEdge.Publish.Events;

/// <summary>An event in the store.</summary>
/// <param name="Id">Rises with each event and is never reused.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">The message as first written: one JSON object in UTF-8.</param>
internal sealed record StoredEvent(long Id, string Topic, byte[] Payload)
{
    /// <summary>
    /// The message marked as late. Every event type is an object with this field, so the type does not matter here.
    /// </summary>
    public byte[] LatePayload() => [.. Payload.AsSpan(0, Payload.Length - 1), .. ",\"late\":true}"u8];
}
