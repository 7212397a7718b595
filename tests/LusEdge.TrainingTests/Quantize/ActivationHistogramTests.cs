using LusEdge.Training;
using LusEdge.Training.Quantize;

namespace LusEdge.TrainingTests.Quantize;

public sealed class ActivationHistogramTests
{
    [Fact]
    public void Rare_outliers_are_clipped_to_give_the_others_finer_steps()
    {
        var random = new SeededRandom(1);
        float[] values = [.. Enumerable.Range(0, 400_000).Select(_ => MathF.Abs(random.Normal())), 12];
        var histogram = new ActivationHistogram();
        histogram.Add(values);
        QuantizedRange range = histogram.Range();
        Assert.Equal(0, range.ZeroPoint);
        Assert.InRange(range.High, 4, 11);
        Assert.True(Error(values, range) < Error(values, QuantizedRange.Of(0, 12)));
    }

    [Fact]
    public void The_order_of_small_and_large_numbers_does_not_matter()
    {
        var random = new SeededRandom(2);
        float[] small = [.. Enumerable.Range(0, 5000).Select(_ => random.Normal())],
            large = [.. small.Select(value => 20 * value)];
        ActivationHistogram upwards = new(), downwards = new();
        foreach (float[] values in (float[][])[small, large]) upwards.Add(values);
        foreach (float[] values in (float[][])[large, small]) downwards.Add(values);
        QuantizedRange first = upwards.Range(), second = downwards.Range();
        Assert.Equal(first.Scale, second.Scale, 0.02f * second.Scale);
        Assert.Equal(first.ZeroPoint, second.ZeroPoint, 2.0);
    }

    [Fact]
    public void Zero_has_its_own_step()
    {
        foreach ((float low, float high) in new[] { (-3f, 5f), (0.5f, 2), (-7, -1) })
        {
            QuantizedRange range = QuantizedRange.Of(low, high);
            Assert.InRange(range.Low, Math.Min(low, 0) - range.Scale, Math.Min(low, 0) + range.Scale);
            Assert.InRange(range.High, Math.Max(high, 0) - range.Scale, Math.Max(high, 0) + range.Scale);
        }
    }

    private static double Error(float[] values, QuantizedRange range) => values.Average(value =>
    {
        double step = Math.Clamp(Math.Round(value / range.Scale) + range.ZeroPoint, 0, 255);
        return Math.Pow((step - range.ZeroPoint) * range.Scale - value, 2);
    });
}
