using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

public sealed class PhantomPicturesTests
{
    private const int Size = 48;

    [Fact]
    public void A_picture_is_the_same_whoever_asks_for_it_and_in_whatever_order()
    {
        var one = new PhantomPictures(1, Size, augmented: true);
        var other = new PhantomPictures(1, Size, augmented: true);
        float[][] forwards = [.. Enumerable.Range(0, 14).Select(n => Draw(one, n).Levels)];
        var together = new float[14][];
        Parallel.For(0, 14, n => together[13 - n] = Draw(other, 13 - n).Levels);
        Assert.Equal(forwards, together);
    }

    [Fact]
    public void Grades_take_turns_and_no_two_pictures_are_alike()
    {
        var pictures = new PhantomPictures(1, Size, augmented: false);
        var drawn = Enumerable.Range(0, 21).Select(n => Draw(pictures, n)).ToArray();
        Assert.Equal(Enumerable.Range(0, 21).Select(n => n % 7), drawn.Select(picture => picture.Grade));
        Assert.Equal(21, drawn.Select(picture => string.Join(',', picture.Levels)).Distinct().Count());
    }

    [Fact]
    public void Seeds_name_different_supplies() =>
        Assert.NotEqual(Draw(new PhantomPictures(1, Size, augmented: false), 0).Levels, Draw(new PhantomPictures(2, Size, augmented: false), 0).Levels);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Levels_are_gray_levels(bool augmented)
    {
        var pictures = new PhantomPictures(4, Size, augmented);
        for (int n = 0; n < 50; n++)
        {
            float[] levels = Draw(pictures, n).Levels;
            Assert.All(levels, level => Assert.InRange(level, 0, 255));
            Assert.True(levels.Max() - levels.Min() > 100);
        }
    }

    private static (int Grade, float[] Levels) Draw(PhantomPictures pictures, int number)
    {
        var levels = new float[Size * Size];
        return (pictures.Draw(number, levels), levels);
    }
}
