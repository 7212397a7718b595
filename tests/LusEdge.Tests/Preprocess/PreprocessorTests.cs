using LusEdge.Preprocess;

namespace LusEdge.Tests.Preprocess;

public sealed class PreprocessorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(400)]
    [InlineData(4097)]
    [InlineData(16_384)]
    public void A_rows_sum_is_that_of_its_pixels_at_any_length(int length)
    {
        byte[] row = new byte[length];
        new Random(length).NextBytes(row);
        Assert.Equal(row.Sum(pixel => (long)pixel), Preprocessor.Sum(row));

        // The brightest pixels would overflow first.
        Array.Fill(row, byte.MaxValue);
        Assert.Equal(255L * length, Preprocessor.Sum(row));
    }
}
