namespace LusEdge.FFmpeg;

/// <summary>A fraction: a time base in seconds, or a rate in frames per second.</summary>
/// <param name="Num">Numerator.</param>
/// <param name="Den">Denominator; 0 if FFmpeg does not know the value.</param>
public readonly record struct Rational(int Num, int Den)
{
    /// <summary>Whether the value is known and above zero.</summary>
    public bool IsPositive => Num > 0 && Den > 0;

    /// <summary>Converts a timestamp in this time base to a time span. Exact to a tick (100 ns), without overflow.</summary>
    /// <param name="timestamp">In units of this fraction of a second.</param>
    public TimeSpan ToTimeSpan(long timestamp) => new((long)((Int128)timestamp * Num * TimeSpan.TicksPerSecond / Den));
}
