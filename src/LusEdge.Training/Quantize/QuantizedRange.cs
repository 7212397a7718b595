namespace LusEdge.Training.Quantize;

/// <summary>A range of numbers in 256 even steps: (step - <paramref name="ZeroPoint"/>) * <paramref name="Scale"/>.</summary>
/// <param name="Scale">The height of a step.</param>
/// <param name="ZeroPoint">The step that is exactly zero.</param>
internal readonly record struct QuantizedRange(float Scale, byte ZeroPoint)
{
    /// <summary>
    /// Makes a range from two limits. Zero is always one of the steps, so padding and the output of a rectifier are exact.
    /// </summary>
    public static QuantizedRange Of(float low, float high)
    {
        (low, high) = (MathF.Min(low, 0), MathF.Max(high, 0));
        float scale = MathF.Max((high - low) / byte.MaxValue, 1e-12f);
        return new QuantizedRange(scale, (byte)Math.Clamp(MathF.Round(-low / scale), byte.MinValue, byte.MaxValue));
    }

    /// <summary>The lowest number in the range.</summary>
    public float Low => -ZeroPoint * Scale;

    /// <summary>The highest number in the range.</summary>
    public float High => (byte.MaxValue - ZeroPoint) * Scale;
}
