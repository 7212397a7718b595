namespace LusEdge.Publish.Events;

/// <summary>An event that is not on the disk yet.</summary>
/// <param name="Topic">Where it is to be published.</param>
/// <param name="Payload">One JSON object in UTF-8.</param>
/// <param name="Boot">The start of the service that it belongs to.</param>
/// <param name="Seq">Its number within that.</param>
/// <param name="Created">When it was made, UTC.</param>
internal sealed record NewEvent(string Topic, byte[] Payload, Guid Boot, long Seq, DateTimeOffset Created);
