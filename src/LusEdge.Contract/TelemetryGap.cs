namespace LusEdge.Contract;

/// <summary>Frames whose readings may not have reached the broker. They are not stored and won't be sent again.</summary>
/// <param name="From">Capture time of the first of them, UTC.</param>
/// <param name="To">Capture time of the last of them, UTC.</param>
/// <param name="Frames">How many there are. Frames between <paramref name="From"/> and <paramref name="To"/> may have arrived.</param>
public sealed record TelemetryGap(DateTimeOffset From, DateTimeOffset To, long Frames);
