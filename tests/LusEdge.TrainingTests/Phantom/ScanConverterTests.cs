using LusEdge.Training.Phantom;

namespace LusEdge.TrainingTests.Phantom;

public sealed class ScanConverterTests
{
    private const int Width = 200, Height = 160;

    [Fact]
    public void A_convex_picture_has_black_corners_and_a_full_centre()
    {
        byte[] picture = Draw(ScanConverter.Convex(Width, Height, 0.55f, 0.28f), Lit(_ => true));
        Assert.Equal(0, picture[0]);
        Assert.Equal(0, picture[Width - 1]);
        Assert.Equal(0, picture[^1]);
        Assert.Equal(255, picture[Height / 2 * Width + Width / 2]);
        Assert.InRange(picture.Count(level => level == 255), 0.4 * picture.Length, 0.8 * picture.Length);
    }

    [Fact]
    public void The_beams_of_a_convex_probe_diverge_symmetrically()
    {
        byte[] picture =
            Draw(ScanConverter.Convex(Width, Height, 0.55f, 0.28f), Lit(beam => beam is < 20 or >= PhantomRenderer.Beams - 20));
        int Left(int y) => Enumerable.Range(0, Width).First(x => picture[y * Width + x] > 128);
        int Right(int y) => Enumerable.Range(0, Width).Last(x => picture[y * Width + x] > 128);
        int upper = Height / 3, lower = 2 * Height / 3;
        Assert.True(Left(lower) < Left(upper) && Right(lower) > Right(upper));
        Assert.InRange(Left(lower) + Right(lower), Width - 2, Width);
    }

    [Fact]
    public void A_linear_picture_has_vertical_beams_between_its_margins()
    {
        byte[] picture = Draw(ScanConverter.Linear(Width, Height, 0.1f), Lit(beam => beam < PhantomRenderer.Beams / 2));
        Assert.All(picture.Chunk(Width), row =>
        {
            Assert.Equal(0, row[Width / 20]);
            Assert.Equal(255, row[Width / 4]);
            Assert.Equal(0, row[3 * Width / 4]);
        });
    }

    private static byte[] Draw(ScanConverter converter, byte[] beams)
    {
        var picture = new byte[converter.Width * converter.Height];
        picture.AsSpan().Fill(77);
        converter.Convert(beams, picture);
        return picture;
    }

    private static byte[] Lit(Func<int, bool> beam) =>
        [.. Enumerable.Range(0, PhantomRenderer.Beams * PhantomRenderer.Samples)
            .Select(i => beam(i / PhantomRenderer.Samples) ? (byte)255 : (byte)0)];
}
