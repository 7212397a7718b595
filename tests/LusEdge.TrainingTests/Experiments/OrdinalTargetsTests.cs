using LusEdge.Training.Experiments;

namespace LusEdge.TrainingTests.Experiments;

public sealed class OrdinalTargetsTests
{
    [Fact]
    public void Ordinal_targets_add_up_to_one_and_decrease_with_distance()
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
