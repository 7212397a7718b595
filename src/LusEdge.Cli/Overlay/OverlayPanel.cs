using System.Globalization;
using System.Text.Json;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using SkiaSharp;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// The panel beside the picture: model, grade and probabilities, or the state and why there is no grade; the legend of the heat map; the disclaimer.
/// Nothing in it is told by colour alone.
/// </summary>
/// <param name="model">The model that grades the pictures.</param>
internal sealed class OverlayPanel(ModelInUse model)
{
    /// <summary>Width in the panel's units, which are pixels unless the picture is more than 720 pixels high.</summary>
    public const int Width = 360;

    /// <summary>Height in the panel's units.</summary>
    public const int Height = 720;

    private const int Margin = 14;
    private const int Inner = Width - (2 * Margin);
    private const int Line = 22;
    private const int TileHeight = 116;

    private static readonly SKColor Ground = new(16, 18, 22);
    private static readonly SKColor Bright = new(242, 242, 242);
    private static readonly SKColor Dim = new(174, 180, 191);
    private static readonly SKColor Trough = new(44, 48, 56);
    private static readonly SKColor Bar = new(110, 170, 220);
    private static readonly SKColor Notice = new(250, 200, 90);

    /// <summary>The ground of the legend: a gray between the darkest and the lightest of a picture.</summary>
    private static readonly SKColor MiddleGray = new(70, 70, 70);

    private static readonly SKTypeface Regular = Load("IBMPlexSans-Regular.woff");
    private static readonly SKTypeface Bold = Load("IBMPlexSans-Bold.woff");
    private static readonly SKFont Small = Font(Regular, 17);
    private static readonly SKFont SmallBold = Font(Bold, 17);
    private static readonly SKFont Heading = Font(Bold, 24);
    private static readonly SKFont Large = Font(Bold, 36);
    private static readonly SKFont Huge = Font(Bold, 96);

    private static readonly SKPaint Fill = new() { IsAntialias = true };
    private static readonly SKPaint Stroke = new() { IsAntialias = true, IsStroke = true, StrokeWidth = 5, StrokeJoin = SKStrokeJoin.Round };

    /// <summary>Draws the panel at the canvas's origin.</summary>
    /// <param name="canvas">Scaled to the panel's units.</param>
    /// <param name="reading">The frame's result.</param>
    /// <param name="number">The frame's number in the clip, from 0.</param>
    public void Draw(SKCanvas canvas, in FrameReading reading, long number)
    {
        Box(canvas, SKRect.Create(Width, Height), Ground);
        float y = Write(canvas, Margin, model.Reference, Small, Dim);
        y = Write(canvas, y, $"Scale {model.Scheme.Id}", Small, Dim) + 8;
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
            y = Write(canvas, y, Why(reading.State), Small, Bright);
            y = Write(canvas, y, "No probabilities and no heat map.", Small, Bright) + 8;
            DrawQuality(canvas, y, reading.Quality);
        }

        DrawFoot(canvas, reading.Pts, number);
    }

    private static string Why(FrameState state) => state switch
    {
        FrameState.Black => "The picture is black.",
        FrameState.Frozen => "The picture is frozen.",
        FrameState.Ood => "The picture is unlike those that the model was trained on.",
        FrameState.LowConfidence => "The model is not confident enough.",
        FrameState.ModeChanged => "The picture has changed its size.",
        FrameState.Corrupt => "The picture is damaged.",
        FrameState.Failed => "The model failed on this frame.",
        _ => "",
    };

    /// <summary>A grade is dark on a light tile.</summary>
    private static void DrawGrade(SKCanvas canvas, SKRect tile, Score score)
    {
        Fill.Color = Bright;
        canvas.DrawRoundRect(tile, 8, 8, Fill);
        Text(canvas, tile.Left + 14, tile.Bottom - 24, score.Grade, Huge, Ground, widest: 160);
        Fill.Color = Ground;
        canvas.DrawCircle(tile.Right - 134, tile.Top + 38, 8, Fill);
        Text(canvas, tile.Right - 116, tile.Top + 46, NameOf(FrameState.Live), Heading, Ground);
        Text(canvas, tile.Right - 142, tile.Bottom - 28, string.Create(CultureInfo.InvariantCulture, $"severity {score.Severity}"), Heading, Ground);
    }

    /// <summary>No grade is a dark tile with a hatched edge: nobody takes it for a grade of 0.</summary>
    private static void DrawNoGrade(SKCanvas canvas, SKRect tile, FrameState state)
    {
        canvas.Save();
        canvas.ClipRect(tile);
        Stroke.Color = Notice;
        for (float x = tile.Left - tile.Height; x < tile.Right; x += 20) canvas.DrawLine(x, tile.Bottom, x + tile.Height, tile.Top, Stroke);
        canvas.Restore();
        Box(canvas, SKRect.Inflate(tile, -14, -14), Ground);

        float left = tile.Left + 32, top = tile.Top + 34;
        using var triangle = new SKPath();
        triangle.AddPoly([new(left + 28, top), new(left + 56, top + 48), new(left, top + 48)]);
        canvas.DrawPath(triangle, Stroke);
        Text(canvas, left + 24, top + 42, "!", Heading, Notice);
        Text(canvas, left + 74, tile.Top + 56, "No grade", Large, Bright);
        Text(canvas, left + 74, tile.Top + 87, NameOf(state), Heading, Notice);
    }

    private static float DrawQuality(SKCanvas canvas, float y, float? quality) =>
        quality is { } known ? Write(canvas, y, string.Create(CultureInfo.InvariantCulture, $"Picture quality {known:0.00}"), Small, Dim) : y;

    private static void DrawLegend(SKCanvas canvas, float y, string grade)
    {
        y = Write(canvas, y, $"Heat map: evidence for grade {grade}", Small, Bright) + 4;
        var scale = SKRect.Create(Margin, y, Inner, 18);
        Box(canvas, scale, MiddleGray);
        using SKShader gray = SKShader.CreateLinearGradient(new(scale.Left, 0), new(scale.Right, 0), [SKColors.Black, SKColors.White], SKShaderTileMode.Clamp);
        using var heat = new SKPaint { Shader = gray, ColorFilter = HeatColours.Filter };
        canvas.DrawRect(scale, heat);
        y = scale.Bottom + 2;
        const string Full = "strongest so far in this clip";
        Write(canvas, y, "none", Small, Dim);
        Text(canvas, Width - Margin - Small.MeasureText(Full), y + 17, Full, Small, Dim);
    }

    private static string NameOf(FrameState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>Writes a text into lines that fit the panel.</summary>
    /// <returns>Where the next line begins.</returns>
    private static float Write(SKCanvas canvas, float y, string text, SKFont font, SKColor colour)
    {
        foreach (string line in Lines(text, font))
        {
            Text(canvas, Margin, y + 17, line, font, colour);
            y += Line;
        }

        return y;
    }

    /// <summary>Breaks a text between words, and a word that is too long by itself where it must be.</summary>
    private static IEnumerable<string> Lines(string text, SKFont font)
    {
        while (text.Length > 0)
        {
            int fits = font.BreakText(text, Inner), blank = fits < text.Length ? text.LastIndexOf(' ', fits) : -1;
            int end = blank > 0 ? blank : fits;
            yield return text[..end];
            text = text[end..].TrimStart();
        }
    }

    /// <summary>Writes a text on one line, in smaller type if it is too wide.</summary>
    private static void Text(SKCanvas canvas, float x, float baseline, string text, SKFont font, SKColor colour, float widest = Inner)
    {
        float width = font.MeasureText(text);
        using SKFont? smaller = width > widest ? Font(font.Typeface, font.Size * widest / width) : null;
        Fill.Color = colour;
        canvas.DrawText(text, MathF.Round(x), MathF.Round(baseline), SKTextAlign.Left, smaller ?? font, Fill);
    }

    private static void Box(SKCanvas canvas, SKRect box, SKColor colour)
    {
        Fill.Color = colour;
        canvas.DrawRect(box, Fill);
    }

    private static SKTypeface Load(string name)
    {
        using Stream file = typeof(OverlayPanel).Assembly.GetManifestResourceStream(name)!;
        return SKTypeface.FromStream(file);
    }

    private static SKFont Font(SKTypeface typeface, float size) =>
        new(typeface, size) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None, Subpixel = true };

    /// <summary>The grade is marked by a triangle and bold type.</summary>
    private float DrawProbabilities(SKCanvas canvas, float y, Score score)
    {
        const float Label = 58, Percent = 52, Length = Inner - Label - Percent;
        y = Write(canvas, y, "Probability, smoothed", Small, Dim) + 2;
        // Seven classes have full lines; more share the room.
        float line = Math.Min(24, 7 * 24f / model.Scheme.Grades.Count);
        foreach ((int i, string grade) in model.Scheme.Grades.Index())
        {
            bool given = grade == score.Grade;
            (SKFont font, SKColor ink) = given ? (SmallBold, Bright) : (Small, Dim);
            var trough = SKRect.Create(Margin + Label, y + 3, Length, line - 8);
            float p = score.P.Span[i];
            if (given)
            {
                using var mark = new SKPath();
                mark.AddPoly([new(Margin, trough.Top), new(Margin + 11, trough.MidY), new(Margin, trough.Bottom)]);
                Fill.Color = ink;
                canvas.DrawPath(mark, Fill);
            }

            string percent = string.Create(CultureInfo.InvariantCulture, $"{p * 100:0}%");
            Text(canvas, Margin + 18, trough.MidY + 6, grade, font, ink, widest: Label - 24);
            Box(canvas, trough, Trough);
            Box(canvas, SKRect.Create(trough.Left, trough.Top, p * Length, trough.Height), given ? Bright : Bar);
            Text(canvas, Width - Margin - font.MeasureText(percent), trough.MidY + 6, percent, font, ink);
            y += line;
        }

        return y + 2;
    }

    private void DrawFoot(SKCanvas canvas, TimeSpan? pts, long number)
    {
        string[] notes = model.DemonstrationOnly ? [Disclaimer.Text, "Trained on synthetic pictures: for demonstration only."] : [Disclaimer.Text];
        float y = Height - Margin - (Line * (1 + notes.Sum(note => Lines(note, Small).Count()))) - 4;
        y = Write(canvas, y, string.Create(CultureInfo.InvariantCulture, $"Frame {number}{(pts is { } at ? $"   {at:m\\:ss\\.ff}" : "")}"), Small, Dim) + 4;
        foreach (string note in notes) y = Write(canvas, y, note, Small, Bright);
    }
}
