using LusEdge.Training.Evaluate;
using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

public sealed class FiguresTests
{
    [Fact]
    public void An_evaluation_counts_what_is_right_near_and_overconfident()
    {
        float[][] given = [[0.9f, 0.1f, 0], [0.2f, 0.8f, 0], [0.7f, 0.2f, 0.1f], [0, 0.4f, 0.6f]];
        Evaluation evaluation = Evaluation.Of(given, [0, 0, 2, 2]);
        Assert.Equal(4, evaluation.Pictures);
        Assert.Equal(0.5, evaluation.Accuracy);
        Assert.Equal(0.75, evaluation.WithinOne);
        Assert.Equal([[1, 1, 0], [0, 0, 0], [1, 0, 1]], evaluation.Confusion);

        // Class 0: 1 of 2 found, 1 of 2 given right; class 1 never right; class 2: 1 of 2 found, 1 of 1 right.
        Assert.Equal((0.5 + 0 + 2.0 / 3) / 3, evaluation.MacroF1, 1e-12);

        // Each in a bin of its own: |0.9 - 1| + |0.8 - 0| + |0.7 - 0| + |0.6 - 1|, over 4.
        Assert.Equal(0.5, evaluation.CalibrationError, 1e-6);
    }

    [Theory]
    [InlineData(0.7f)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_temperature_that_the_labels_were_drawn_with_is_found(float temperature)
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
    public void A_network_that_is_never_wrong_keeps_a_rest_of_doubt() =>
        Assert.Equal(TemperatureScaling.Lowest, TemperatureScaling.Fit([[3, 0], [0, 3]], [0, 1]), 1e-3f);

    [Fact]
    public void Softmax_survives_large_logits_and_adds_up_to_one()
    {
        float[] p = TemperatureScaling.Softmax([1000, 1001, -1000], 1);
        Assert.Equal(1, p.Sum(), 1e-6f);
        Assert.Equal(0.731f, p[1], 1e-3f);
    }

    [Fact]
    public void Ordinal_targets_add_up_to_one_and_fall_with_the_distance_from_the_truth()
    {
        foreach ((float[] row, int truth) in OrdinalTargets.Table(7).Chunk(7).Select((row, truth) => (row, truth)))
        {
            Assert.Equal(1, row.Sum(), 1e-6f);
            for (int i = 1; i <= truth; i++) Assert.True(row[i] > row[i - 1]);
            for (int i = truth + 1; i < 7; i++) Assert.True(row[i] < row[i - 1]);
            Assert.True(row[truth] > 0.9f);
        }
    }
}
