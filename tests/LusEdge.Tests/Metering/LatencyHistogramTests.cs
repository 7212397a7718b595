using LusEdge.Metering;

namespace LusEdge.Tests.Metering;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_within_a_16th_of_the_exact_ones()
    {
        var random = new Random(1);
        double[] milliseconds = [.. Enumerable.Range(0, 10_000).Select(_ => Math.Exp(random.NextDouble() * 8))];
        var histogram = new LatencyHistogram();
        foreach (double ms in milliseconds) histogram.Add(TimeSpan.FromMilliseconds(ms));
        Array.Sort(milliseconds);

        foreach (double share in (double[])[0.5, 0.9, 0.99, 1])
        {
            double exact = milliseconds[(int)Math.Ceiling(share * milliseconds.Length) - 1];
            Assert.InRange(histogram.Percentile(share)!.Value.TotalMilliseconds, exact * 0.999, exact * (1 + (1.0 / 16)));
        }
    }

    [Fact]
    public void Extreme_latencies_have_a_bucket()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(1));
        histogram.Add(TimeSpan.MaxValue);
        Assert.True(histogram.Percentile(1) > TimeSpan.FromHours(1));
    }

    [Fact]
    public void An_empty_histogram_has_no_percentile()
    {
        var histogram = new LatencyHistogram();
        Assert.Null(histogram.Percentile(0.5));
        histogram.Add(TimeSpan.FromMilliseconds(3));
        histogram.Clear();
        Assert.Null(histogram.Percentile(0.5));
    }
}
