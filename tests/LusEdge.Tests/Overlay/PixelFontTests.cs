using LusEdge.Cli.Overlay;

namespace LusEdge.Tests.Overlay;

public sealed class PixelFontTests
{
    private static readonly char[] Printable = [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)];

    [Fact]
    public void Every_printable_letter_is_drawn_and_no_two_are_alike()
    {
        Assert.Equal(Printable.Length, Printable.Select(Drawn).Distinct().Count());
        Assert.All(Printable, letter => Assert.Equal(letter == ' ', !Drawn(letter).Contains('#')));
    }

    [Theory]
    [InlineData('é')]
    [InlineData('\n')]
    [InlineData('\uffff')]
    public void What_is_not_there_is_a_box(char letter)
    {
        Assert.Equal(Drawn('\x7f'), Drawn(letter));
        Assert.DoesNotContain(Drawn(letter), Printable.Select(Drawn));
    }

    [Fact]
    public void Text_is_drawn_where_it_is_asked_for_and_not_beyond_the_picture()
    {
        var canvas = new Canvas(20, 20);
        canvas.Write(2, 3, 2, "|", new Colour(9, 8, 7));
        // The bar is its letter's third column, seven rows high.
        Assert.Equal(2 * 7 * 2, Count(canvas));
        Assert.Equal(new Colour(9, 8, 7), canvas[2 + (2 * 2), 3]);

        canvas.Write(18, 18, 2, "##", new Colour(1, 1, 1));
        canvas.Write(-30, -9, 2, "###", new Colour(1, 1, 1));
        Assert.InRange(Count(canvas), 28, 28 + 20);
    }

    private static int Count(Canvas canvas) =>
        Enumerable.Range(0, canvas.Width * canvas.Height).Count(i => canvas[i % canvas.Width, i / canvas.Width] != default);

    private static string Drawn(char letter) => string.Concat(
        Enumerable.Range(0, PixelFont.Height).SelectMany(y => Enumerable.Range(0, PixelFont.Width).Select(x => PixelFont.IsSet(letter, x, y) ? '#' : '.')));
}
