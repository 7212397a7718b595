using System.Text;
using LusEdge.Preprocess;

namespace LusEdge.Tests.Preprocess;

public sealed class SectorMaskTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_mask_keeps_what_is_not_zero()
    {
        SectorMask mask = Load("P5\n# painted by hand\n3 2\n255\n", [0, 1, 255, 7, 0, 0], 3, 2);
        Assert.Equal(3, mask.Kept);
        Assert.Equal([0, 20, 30], Applied(mask, [10, 20, 30], 0));
        Assert.Equal([10, 0, 0], Applied(mask, [10, 20, 30], 1));
    }

    [Theory]
    [InlineData("P6\n3 2\n255\n", 6)]
    [InlineData("P5\n3 2\n255\n", 5)]
    [InlineData("P5\n3 2\n65535\n", 12)]
    [InlineData("P5\n3\n", 0)]
    [InlineData("P5\n# no end", 0)]
    [InlineData("P5\n99999 99999\n255\n", 6)]
    [InlineData("", 0)]
    public void What_is_no_whole_pgm_is_refused(string header, int pixels)
    {
        var e = Assert.Throws<PreprocessException>(() => Load(header, new byte[pixels], 3, 2));
        Assert.Equal(PreprocessFailure.MaskUnreadable, e.Reason);
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_another_size_is_refused_with_both_sizes()
    {
        var e = Assert.Throws<PreprocessException>(() => Load("P5 3 2 255\n", [1, 1, 1, 1, 1, 1], 4, 2));
        Assert.Equal(PreprocessFailure.MaskSizeMismatch, e.Reason);
        Assert.Contains("3x2", e.Message, StringComparison.Ordinal);
        Assert.Contains("4x2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_keeps_nothing_is_refused() =>
        Assert.Equal(PreprocessFailure.MaskEmpty, Assert.Throws<PreprocessException>(() => Load("P5 2 1 255\n", [0, 0], 2, 1)).Reason);

    [Fact]
    public void A_missing_mask_is_refused() =>
        Assert.Equal(PreprocessFailure.MaskNotFound, Assert.Throws<PreprocessException>(() => SectorMask.Load("/nonexistent/mask.pgm", 1, 1)).Reason);

    private SectorMask Load(string header, byte[] pixels, int width, int height)
    {
        File.WriteAllBytes(_path, [.. Encoding.ASCII.GetBytes(header), .. pixels]);
        return SectorMask.Load(_path, width, height);
    }

    private static byte[] Applied(SectorMask mask, byte[] row, int y)
    {
        byte[] output = new byte[row.Length];
        mask.Apply(row, y, output);
        return output;
    }
}
