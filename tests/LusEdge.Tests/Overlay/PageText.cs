using System.Reflection;
using SkiaSharp;

namespace LusEdge.Tests.Overlay;

/// <summary>Reads a drawn page: finds text by its pixels, in any colours.</summary>
internal sealed class PageText
{
    private readonly SKColor[] _pixels;
    private readonly int _width;
    private readonly int _height;

    /// <summary>Takes a copy of the pixels.</summary>
    /// <param name="page">The page.</param>
    /// <param name="part">Where to look.</param>
    public PageText(SKBitmap page, SKRectI part)
    {
        (_width, _height) = (part.Width, part.Height);
        SKColor[] pixels = page.Pixels;
        IEnumerable<int> rows = Enumerable.Range(part.Top, part.Height);
        _pixels = [.. rows.SelectMany(y => new ArraySegment<SKColor>(pixels, (y * page.Width) + part.Left, part.Width))];
    }

    /// <summary>Whether the page has a text, in regular or bold type.</summary>
    /// <param name="text">One line.</param>
    /// <param name="size">The type size in pixels.</param>
    public bool Has(string text, float size) => ContrastOf(text, size) > 0;

    /// <summary>The contrast between a text and its background (WCAG 2: 1 to 21); 0 if the text is not there.</summary>
    /// <param name="text">One line.</param>
    /// <param name="size">The type size in pixels.</param>
    public double ContrastOf(string text, float size) => (
        from weight in (string[])["Regular", "Bold"]
        // Skia draws dark letters a little bolder than light ones.
        from dark in (bool[])[false, true]
        select Find(Draw(text, weight, size, dark))).Max();

    /// <summary>The height of an x in pixels.</summary>
    /// <param name="size">The type size in pixels.</param>
    public static int HeightOfX(float size) => Draw("x", "Regular", size, dark: false).GetLength(0);

    /// <summary>The share of each pixel that the letters cover, 0 to 1, without empty rows and columns around them.</summary>
    private static float[,] Draw(string text, string weight, float size, bool dark)
    {
        using Stream file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"IBMPlexSans-{weight}.woff")!;
        using SKTypeface typeface = SKTypeface.FromStream(file);
        using var font = new SKFont(typeface, size) { Hinting = SKFontHinting.None, Subpixel = true };
        using var ink = new SKPaint { Color = dark ? SKColors.Black : SKColors.White, IsAntialias = true };
        int margin = (int)size;
        using var drawn = new SKBitmap((int)font.MeasureText(text) + (2 * margin), 3 * margin);
        using var canvas = new SKCanvas(drawn);
        canvas.Clear(dark ? SKColors.White : SKColors.Black);
        canvas.DrawText(text, margin, 2 * margin, font, ink);

        (int X, int Y, float Cover)[] inked =
        [
            .. from y in Enumerable.Range(0, drawn.Height)
               from x in Enumerable.Range(0, drawn.Width)
               let green = drawn.GetPixel(x, y).Green
               let cover = (dark ? 255 - green : green) / 255f
               where cover > 0
               select (x, y, cover),
        ];
        int left = inked.Min(p => p.X), top = inked.Min(p => p.Y);
        var covers = new float[inked.Max(p => p.Y) - top + 1, inked.Max(p => p.X) - left + 1];
        foreach ((int x, int y, float value) in inked) covers[y - top, x - left] = value;
        return covers;
    }

    private double Find(float[,] cover)
    {
        int rows = cover.GetLength(0), columns = cover.GetLength(1);
        (int Y, int X)[] places = [.. from y in Enumerable.Range(0, rows) from x in Enumerable.Range(0, columns) select (y, x)];
        (int Y, int X) full = places.MaxBy(p => cover[p.Y, p.X]), empty = places.MinBy(p => cover[p.Y, p.X]);
        for (int top = 0; top <= _height - rows; top++)
        {
            for (int left = 0; left <= _width - columns; left++)
            {
                SKColor ink = At(full), ground = At(empty);
                float step = ink.Green - ground.Green;
                if (Math.Abs(step) > 40 && places.All(IsInked)) return Contrast(ink, ground);

                bool IsInked((int Y, int X) p)
                {
                    float expected = ground.Green + (step * cover[p.Y, p.X]);
                    return Math.Abs(At(p).Green - expected) < Math.Abs(step) / 5;
                }

                SKColor At((int Y, int X) p) => _pixels[((top + p.Y) * _width) + left + p.X];
            }
        }

        return 0;
    }

    private static double Contrast(SKColor one, SKColor other)
    {
        double a = Luminance(one) + 0.05, b = Luminance(other) + 0.05;
        return Math.Max(a, b) / Math.Min(a, b);
    }

    /// <summary>Relative luminance, 0 to 1.</summary>
    public static double Luminance(SKColor colour)
    {
        return (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));

        static double Linear(byte channel)
        {
            double value = channel / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
    }
}
