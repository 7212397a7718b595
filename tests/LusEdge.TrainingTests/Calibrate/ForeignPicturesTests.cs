using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;

namespace LusEdge.TrainingTests.Calibrate;

public sealed class ForeignPicturesTests
{
    [Fact]
    public void The_same_seed_gives_the_same_pictures_and_another_seed_gives_different_ones()
    {
        ForeignPicture[] first = [.. ForeignPictures.Draw(2, 5)], second = [.. ForeignPictures.Draw(2, 5)],
            other = [.. ForeignPictures.Draw(2, 6)];
        Assert.Equal(first.Select(picture => picture.Frame.Pixels), second.Select(picture => picture.Frame.Pixels));
        Assert.All(first.Zip(other), pair => Assert.NotEqual(pair.First.Frame.Pixels, pair.Second.Frame.Pixels));
        Assert.All(first, picture => Assert.Equal(picture.Frame.Width * picture.Frame.Height, picture.Frame.Pixels.Length));
        Assert.All(first.GroupBy(picture => picture.Kind), kind => Assert.Equal(2, kind.Count()));
        Assert.Contains("menu screen", first.Select(picture => picture.Kind));
    }

    [Fact]
    public void Every_kind_of_picture_looks_like_its_name()
    {
        ILookup<string, GrayFrame> kinds = ForeignPictures.Draw(4, 1).ToLookup(picture => picture.Kind, picture => picture.Frame);
        Assert.All(kinds["black"], frame => Assert.InRange(frame.Pixels.Max(), 0, 2));
        Assert.All(kinds["flat gray"], frame => Assert.Single(frame.Pixels.Distinct()));
        Assert.All(kinds["colour bars"], frame => Assert.InRange(frame.Pixels.Distinct().Count(), 8, 9));
        Assert.All(kinds["checkerboard"], frame => Assert.Equal(2, frame.Pixels.Distinct().Count()));
        Assert.All(kinds["gradient"], frame => Assert.InRange(Roughness(frame), 0, 2));
        Assert.All(kinds["blurred lung phantom"], frame => Assert.InRange(Roughness(frame), 0.05, 4));
        Assert.All(kinds["noise"], frame => Assert.InRange(Roughness(frame), 5, 120));
        Assert.All(kinds["natural scene"], frame => Assert.InRange(Roughness(frame), 1, 40));

        // Blood gives no echo: parts of a vessel phantom are black, but the walls next to them are not.
        Assert.All(kinds["vessel phantom"],
            frame => Assert.InRange(frame.Pixels.Count(pixel => pixel < 30) / (double)frame.Pixels.Length, 0.02, 0.9));
        Assert.All(kinds["organ phantom"], frame => Assert.InRange(frame.Pixels.Average(pixel => pixel), 20, 170));
    }

    /// <summary>Mean difference between neighbouring pixels in a row, in gray levels.</summary>
    private static double Roughness(GrayFrame frame) =>
        Enumerable.Range(0, frame.Pixels.Length - 1).Where(i => (i + 1) % frame.Width != 0)
            .Average(i => Math.Abs(frame.Pixels[i + 1] - frame.Pixels[i]));
}
