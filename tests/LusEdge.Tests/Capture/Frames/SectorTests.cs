using LusEdge.Capture.Frames;

namespace LusEdge.Tests.Capture.Frames;

public sealed class SectorTests
{
    [Fact]
    public void Four_numbers_are_a_sector()
    {
        Assert.True(Sector.TryParse("3,5,31,21", null, out Sector sector));
        Assert.Equal(new Sector(3, 5, 31, 21), sector);
        Assert.Equal("crop=31:21:3:5:exact=1", sector.Filter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,2,3")]
    [InlineData("1,2,3,4,5")]
    [InlineData("1,2,0,4")]
    [InlineData("1,2,3,0")]
    [InlineData("-1,2,3,4")]
    [InlineData("1.5,2,3,4")]
    [InlineData("1,2,3,99999999999")]
    public void Anything_else_is_none(string text) => Assert.False(Sector.TryParse(text, null, out _));

    [Fact]
    public void A_sector_fits_up_to_the_last_pixel()
    {
        var sector = new Sector(10, 20, 90, 80);
        Assert.True(sector.Fits(new PictureSize(100, 100)));
        Assert.False(sector.Fits(new PictureSize(99, 100)));
        Assert.False(sector.Fits(new PictureSize(100, 99)));
        Assert.False(new Sector(int.MaxValue, 0, int.MaxValue, 1).Fits(new PictureSize(100, 100)));
    }
}
