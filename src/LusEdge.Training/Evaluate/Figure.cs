namespace LusEdge.Training.Evaluate;

/// <summary>A figure, rounded to four decimals, and the interval that holds the middle 95 % of its values when the patients are drawn anew.</summary>
internal sealed record Figure(double Value, double Low, double High);
