namespace LusEdge.Publish.Events;

/// <summary>An event that is not on the disk yet.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">One JSON object in UTF-8.</param>
/// <param name="Boot">The service start that it belongs to.</param>
/// <param name="Seq">Its number within that start.</param>
/// <param name="Created">When it was created, UTC.</param>
internal sealed record NewEvent(string Topic, byte[] Payload, Guid Boot, long Seq, DateTimeOffset Created);
