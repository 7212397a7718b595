using LusEdge.Training.Networks;

namespace LusEdge.TrainingTests.Networks;

public sealed class RowBandsTests
{
    [Fact]
    public void Bands_share_the_rows_that_overlap_two_of_them()
    {
        Assert.Equal([0.5f, 0.5f, 0, 0, 0, 0, 0.5f, 0.5f], RowBands.Weights(2, 4));
        Assert.Equal([2 / 3f, 1 / 3f, 0, 0, 1 / 3f, 2 / 3f], RowBands.Weights(2, 3));
    }
}
