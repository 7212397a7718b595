namespace LusEdge.Contract;

/// <summary>Frames per second over a period.</summary>
/// <param name="Captured">Frames that a decoder delivered.</param>
/// <param name="Scored">Frames that were graded.</param>
public sealed record FrameRates(double Captured, double Scored);
