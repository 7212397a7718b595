namespace LusEdge.Aggregate;

/// <summary>A grade and the probabilities behind it.</summary>
/// <param name="Severity">The integer part that is summed, 0-3.</param>
/// <param name="Grade">The scheme's label, for instance "1*".</param>
/// <param name="P">
/// Probabilities in the scheme's class order, summing to 1. The memory is reused for the next frame: copy to keep them.
/// </param>
public readonly record struct Score(int Severity, string Grade, ReadOnlyMemory<float> P);
