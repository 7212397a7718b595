namespace LusEdge.Training.Quantize;

/// <summary>Numbers in 256 even steps: (step - <paramref name="ZeroPoint"/>) * <paramref name="Scale"/>.</summary>
/// <param name="Scale">A step's height.</param>
/// <param name="ZeroPoint">The step that is exactly zero.</param>
internal readonly record struct QuantizedRange(float Scale, byte ZeroPoint)
{
    /// <summary>Steps from one number to another. Zero is always one of them: padding and what a rectifier cuts off are exact.</summary>
    public static QuantizedRange Of(float low, float high)
    {
        (low, high) = (MathF.Min(low, 0), MathF.Max(high, 0));
        float scale = MathF.Max((high - low) / byte.MaxValue, 1e-12f);
        return new QuantizedRange(scale, (byte)Math.Clamp(MathF.Round(-low / scale), byte.MinValue, byte.MaxValue));
    }

    /// <summary>The lowest number that has a step.</summary>
    public float Low => -ZeroPoint * Scale;

    /// <summary>The highest.</summary>
    public float High => (byte.MaxValue - ZeroPoint) * Scale;
}
