using System.Text.Json;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Judge;
using SkiaSharp;
using static System.FormattableString;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// The panel beside the picture: the model; the grade, its probabilities and the heat map's legend, or why there is no grade; the
/// disclaimer. Nothing is conveyed by colour alone.
/// </summary>
/// <param name="model">The model that grades the pictures.</param>
internal sealed class OverlayPanel(ModelInUse model)
{
    /// <summary>Width in the panel's units, which are pixels unless the picture is more than 720 pixels high.</summary>
    public const int Width = 360;

    /// <summary>Height in the panel's units.</summary>
    public const int Height = 720;

    private const int Margin = 14;
    private const int Right = Width - Margin;
    private const int Inner = Right - Margin;
    private const int Line = 22;
    private const int Ascent = 17;
    private const int TileHeight = 116;

    private static readonly SKColor Ground = new(16, 18, 22);
    private static readonly SKColor Bright = new(242, 242, 242);
    private static readonly SKColor Dim = new(174, 180, 191);
    private static readonly SKColor Trough = new(44, 48, 56);
    private static readonly SKColor Bar = new(110, 170, 220);
    private static readonly SKColor Notice = new(250, 200, 90);

    /// <summary>Lies under the legend: a gray between the darkest and the lightest of a picture.</summary>
    private static readonly SKColor MiddleGray = new(70, 70, 70);

    private static readonly SKTypeface Regular = Load("IBMPlexSans-Regular.woff");
    private static readonly SKTypeface Bold = Load("IBMPlexSans-Bold.woff");
    private static readonly SKFont Small = Font(Regular, 17);
    private static readonly SKFont SmallBold = Font(Bold, 17);
    private static readonly SKFont Heading = Font(Bold, 24);
    private static readonly SKFont Large = Font(Bold, 36);
    private static readonly SKFont Huge = Font(Bold, 96);

    private static readonly SKPaint Fill = new() { IsAntialias = true };
    private static readonly SKPaint Stroke = new() { IsAntialias = true, IsStroke = true, StrokeWidth = 5, Color = Notice };

    /// <summary>Draws the panel at the canvas's origin.</summary>
    /// <param name="canvas">Scaled to the panel's units.</param>
    /// <param name="reading">The frame's result.</param>
    /// <param name="number">The frame's number in the clip, from 0.</param>
    public void Draw(SKCanvas canvas, in FrameReading reading, long number)
    {
        Box(canvas, SKRect.Create(Width, Height), Ground);
        float y = Write(canvas, Margin, model.Reference, Dim);
        y = Write(canvas, y, $"Scale {model.Scheme.Id}", Dim) + 8;
        var tile = SKRect.Create(Margin, y, Inner, TileHeight);
        y = tile.Bottom + 10;
        if (reading.Smoothed is { } score)
        {
            DrawGrade(canvas, tile, score);
            y = DrawProbabilities(canvas, y, score);
            y = DrawQuality(canvas, y, reading.Quality) + 8;
            DrawLegend(canvas, y, score.Grade);
        }
        else
        {
            DrawNoGrade(canvas, tile, reading.State);
            y = Write(canvas, y, StateSentence.Of(reading.State), Bright);
            y = Write(canvas, y, "No probabilities and no heat map.", Bright) + 8;
            DrawQuality(canvas, y, reading.Quality);
        }

        DrawFoot(canvas, reading.Pts, number);
    }

    /// <summary>A grade is dark on a light tile.</summary>
    private static void DrawGrade(SKCanvas canvas, SKRect tile, Score score)
    {
        Fill.Color = Bright;
        canvas.DrawRoundRect(tile, 8, 8, Fill);
        Text(canvas, tile.Left + 14, tile.Bottom - 24, score.Grade, Huge, Ground, widest: 160);
        Fill.Color = Ground;
        canvas.DrawCircle(tile.Right - 134, tile.Top + 38, 8, Fill);
        Text(canvas, tile.Right - 116, tile.Top + 46, NameOf(FrameState.Live), Heading, Ground);
        Text(canvas, tile.Right - 142, tile.Bottom - 28, Invariant($"severity {score.Severity}"), Heading, Ground);
    }

    /// <summary>No grade is a dark tile with a hatched edge, which can't be mistaken for a grade of 0.</summary>
    private static void DrawNoGrade(SKCanvas canvas, SKRect tile, FrameState state)
    {
        canvas.Save();
        canvas.ClipRect(tile);
        for (float x = tile.Left - TileHeight; x < tile.Right; x += 20)
            canvas.DrawLine(x, tile.Bottom, x + TileHeight, tile.Top, Stroke);
        canvas.Restore();
        Box(canvas, SKRect.Inflate(tile, -14, -14), Ground);

        float left = tile.Left + 32, text = left + 74;
        Triangle(canvas, new(left + 28, tile.Top + 34), new(left + 56, tile.Top + 82), new(left, tile.Top + 82), Stroke);
        Text(canvas, left + 24, tile.Top + 76, "!", Heading, Notice);
        Text(canvas, text, tile.Top + 56, "No grade", Large, Bright);
        Text(canvas, text, tile.Top + 87, NameOf(state), Heading, Notice);
    }

    private static string NameOf(FrameState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private static float DrawQuality(SKCanvas canvas, float y, float? quality) =>
        quality is { } known ? Write(canvas, y, Invariant($"Picture quality {known:0.00}"), Dim) : y;

    private static void DrawLegend(SKCanvas canvas, float y, string grade)
    {
        y = Write(canvas, y, $"Heat map: evidence for grade {grade}", Bright) + 4;
        var scale = SKRect.Create(Margin, y, Inner, 18);
        Box(canvas, scale, MiddleGray);
        using var heat = new SKPaint { ColorFilter = HeatColours.Filter };
        heat.Shader = SKShader.CreateLinearGradient(
            new(scale.Left, 0), new(scale.Right, 0), [SKColors.Black, SKColors.White], SKShaderTileMode.Clamp);
        canvas.DrawRect(scale, heat);

        y = scale.Bottom + 2;
        const string Full = "strongest so far in this clip";
        Write(canvas, y, "none", Dim);
        Text(canvas, Right - Small.MeasureText(Full), y + Ascent, Full, Small, Dim);
    }

    /// <summary>Writes small text on as many lines as it needs.</summary>
    /// <returns>The top of the next line.</returns>
    private static float Write(SKCanvas canvas, float y, string text, SKColor colour)
    {
        foreach (string line in Lines(text))
        {
            Text(canvas, Margin, y + Ascent, line, Small, colour);
            y += Line;
        }

        return y;
    }

    /// <summary>Breaks small text between words, and a word that is wider than the panel wherever it must.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        while (text.Length > 0)
        {
            int fits = Small.BreakText(text, Inner), blank = fits < text.Length ? text.LastIndexOf(' ', fits) : -1;
            int end = blank > 0 ? blank : fits;
            yield return text[..end];
            text = text[end..].TrimStart();
        }
    }

    /// <summary>Writes text on one line, in smaller type if it is too wide.</summary>
    private static void Text(
        SKCanvas canvas, float x, float baseline, string text, SKFont font, SKColor colour, float widest = Inner)
    {
        float width = font.MeasureText(text);
        using SKFont? smaller = width > widest ? Font(font.Typeface, font.Size * widest / width) : null;
        Fill.Color = colour;
        canvas.DrawText(text, MathF.Round(x), MathF.Round(baseline), smaller ?? font, Fill);
    }

    private static void Box(SKCanvas canvas, SKRect box, SKColor colour)
    {
        Fill.Color = colour;
        canvas.DrawRect(box, Fill);
    }

    private static void Triangle(SKCanvas canvas, SKPoint a, SKPoint b, SKPoint c, SKPaint paint)
    {
        using var path = new SKPath();
        path.AddPoly([a, b, c]);
        canvas.DrawPath(path, paint);
    }

    private static SKTypeface Load(string name)
    {
        using Stream file = typeof(OverlayPanel).Assembly.GetManifestResourceStream(name)!;
        return SKTypeface.FromStream(file);
    }

    private static SKFont Font(SKTypeface typeface, float size) =>
        new(typeface, size) { Hinting = SKFontHinting.None, Subpixel = true };

    /// <summary>One bar per grade. A triangle and bold type mark the grade given.</summary>
    private float DrawProbabilities(SKCanvas canvas, float y, Score score)
    {
        const float Label = 58, Percent = 52;
        y = Write(canvas, y, "Probability, smoothed", Dim) + 2;
        // There is room for seven bars of full height; more share it.
        float step = Math.Min(24, 7 * 24f / model.Scheme.Grades.Count);
        foreach ((int i, string grade) in model.Scheme.Grades.Index())
        {
            (bool given, float p) = (grade == score.Grade, score.P.Span[i]);
            (SKFont font, SKColor ink) = given ? (SmallBold, Bright) : (Small, Dim);
            var trough = SKRect.Create(Margin + Label, y + 3, Inner - Label - Percent, step - 8);
            float baseline = trough.MidY + 6;
            Box(canvas, trough, Trough);
            Box(canvas, SKRect.Create(trough.Left, trough.Top, p * trough.Width, trough.Height), given ? Bright : Bar);
            Text(canvas, Margin + 18, baseline, grade, font, ink, widest: Label - 24);
            string percent = Invariant($"{p * 100:0}%");
            Text(canvas, Right - font.MeasureText(percent), baseline, percent, font, ink);
            if (given) Triangle(canvas, new(Margin, trough.Top), new(Margin + 11, trough.MidY), new(Margin, trough.Bottom), Fill);
            y += step;
        }

        return y + 2;
    }

    private void DrawFoot(SKCanvas canvas, TimeSpan? pts, long number)
    {
        List<string> notes = [Disclaimer.Text];
        if (model.DemonstrationOnly) notes.Add("Trained on synthetic pictures: for demonstration only.");
        string time = pts is { } at ? Invariant($"   {at:m\\:ss\\.ff}") : "";
        float y = Height - Margin - (Line * (1 + notes.Sum(note => Lines(note).Count()))) - 4;
        y = Write(canvas, y, Invariant($"Frame {number}{time}"), Dim) + 4;
        foreach (string note in notes) y = Write(canvas, y, note, Bright);
    }
}
