namespace LusEdge.Contract;

/// <summary>Frames whose readings may not have reached the broker. They are not stored and not sent again.</summary>
/// <param name="From">Capture time of the first, UTC.</param>
/// <param name="To">Capture time of the last, UTC.</param>
/// <param name="Frames">How many. Some frames between <paramref name="From"/> and <paramref name="To"/> may have arrived.</param>
public sealed record TelemetryGap(DateTimeOffset From, DateTimeOffset To, long Frames);
