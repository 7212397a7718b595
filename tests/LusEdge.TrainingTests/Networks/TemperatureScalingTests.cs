using LusEdge.Training.Networks;

namespace LusEdge.TrainingTests.Networks;

public sealed class TemperatureScalingTests
{
    [Theory]
    [InlineData(0.7f)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_of_the_sampled_labels_is_recovered(float temperature)
    {
        var random = new Random(1);
        var logits = new List<float[]>();
        var labels = new List<int>();
        for (int i = 0; i < 20_000; i++)
        {
            float[] row = [.. Enumerable.Range(0, 4).Select(_ => (float)random.NextDouble() * 6)];
            double draw = random.NextDouble();
            int label = 0;
            for (float[] p = TemperatureScaling.Softmax(row, temperature); label < 3 && (draw -= p[label]) > 0;) label++;
            logits.Add(row);
            labels.Add(label);
        }

        Assert.Equal(temperature, TemperatureScaling.Fit(logits, labels), 0.06 * temperature);
    }

    [Fact]
    public void A_network_without_errors_keeps_some_doubt() =>
        Assert.Equal(TemperatureScaling.Lowest, TemperatureScaling.Fit([[3, 0], [0, 3]], [0, 1]), 1e-3f);

    [Fact]
    public void Softmax_survives_large_logits_and_adds_up_to_one()
    {
        float[] p = TemperatureScaling.Softmax([1000, 1001, -1000], 1);
        Assert.Equal(1, p.Sum(), 1e-6f);
        Assert.Equal(0.731f, p[1], 1e-3f);
    }
}
