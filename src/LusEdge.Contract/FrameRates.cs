namespace LusEdge.Contract;

/// <summary>Frames a second over a period.</summary>
/// <param name="Captured">That a decoder handed out.</param>
/// <param name="Scored">That were graded.</param>
public sealed record FrameRates(double Captured, double Scored);
