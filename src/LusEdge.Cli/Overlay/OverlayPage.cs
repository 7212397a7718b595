using System.Globalization;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Cli.Overlay;

/// <summary>A frame as a person sees it: the picture that was graded, at least 720 pixels high, and beside it what was made of it.</summary>
internal sealed class OverlayPage
{
    /// <summary>Height that the panel is made for, in its own units; a unit is a pixel of a letter.</summary>
    private const int PanelUnits = 360;

    private const int LeastHeight = 720;
    private const int WidestStretched = 1600;
    private const int PanelWidth = 180;
    private const int Margin = 6;
    private const int Line = 11;

    /// <summary>The colours are explained as they look on a gray between the picture's darkest and lightest.</summary>
    private const byte MiddleGray = 70;

    /// <summary>Letters in a line of the panel.</summary>
    private const int Letters = (PanelWidth - (2 * Margin)) / PixelFont.Advance;

    private static readonly Colour Ground = new(16, 18, 22);
    private static readonly Colour Bright = new(240, 240, 240);
    private static readonly Colour Dim = new(150, 155, 165);
    private static readonly Colour Trough = new(44, 48, 56);
    private static readonly Colour Bar = new(110, 170, 220);
    private static readonly Colour Notice = new(250, 200, 90);

    private readonly ModelInUse _model;
    private readonly int _width;
    private readonly Sample[] _across;
    private readonly Sample[] _down;
    private readonly int _shownWidth;
    private readonly int _shownHeight;
    private readonly int _unit;
    private int _line;

    /// <summary>A page for pictures of one size.</summary>
    /// <param name="model">What grades them.</param>
    /// <param name="width">Their width in pixels.</param>
    /// <param name="height">Their height in pixels.</param>
    public OverlayPage(ModelInUse model, int width, int height)
    {
        (_model, _width) = (model, width);
        double scale = Math.Max(1, Math.Min((double)LeastHeight / height, Math.Max(1, (double)WidestStretched / width)));
        // Even, as H.264 with subsampled colour wants it.
        (_shownWidth, _shownHeight) = (Even(width * scale), Even(height * scale));
        (_across, _down) = (Sample.Along(width, _shownWidth), Sample.Along(height, _shownHeight));
        int high = Math.Max(LeastHeight, _shownHeight);
        _unit = high / PanelUnits;
        Canvas = new Canvas(_shownWidth + (PanelWidth * _unit), high);
    }

    /// <summary>The page.</summary>
    public Canvas Canvas { get; }

    /// <summary>Width of the picture shown, in pixels.</summary>
    public int ShownWidth => _shownWidth;

    /// <summary>Height of the picture shown, in pixels.</summary>
    public int ShownHeight => _shownHeight;

    /// <summary>Draws a frame.</summary>
    /// <param name="reading">What was made of it.</param>
    /// <param name="number">The frame's number in the clip.</param>
    /// <param name="picture">Its gray values, row by row; empty when there is no picture of this size.</param>
    /// <param name="heat">The heat of each pixel shown; empty without a grade.</param>
    public void Draw(in FrameReading reading, long number, ReadOnlySpan<byte> picture, ReadOnlySpan<float> heat)
    {
        Canvas.Fill(0, 0, Canvas.Width, Canvas.Height, Ground);
        if (!picture.IsEmpty) Show(picture, heat);

        _line = Margin;
        Say(_model.Reference, Dim);
        Say($"scale {_model.Scheme.Id}", Dim);
        Skip(Line / 2);
        Grade(reading.State, reading.Smoothed);
        Bars(reading.Smoothed);
        if (reading.Quality is { } quality) Say(string.Create(CultureInfo.InvariantCulture, $"picture quality {quality:0.00}"), Dim);
        Skip(Line / 2);
        if (reading.Smoothed is { } smoothed) Legend(smoothed.Grade);
        Foot(reading.Pts, number);
    }

    private static int Even(double length) => 2 * Math.Max(1, (int)Math.Round(length / 2));

    /// <summary>Why there is no grade, for a person.</summary>
    private static string Why(FrameState state) => state switch
    {
        FrameState.Black => "The picture is black.",
        FrameState.Frozen => "The picture stands still.",
        FrameState.Ood => "The picture is unlike those the model knows.",
        FrameState.LowConfidence => "The model is not sure.",
        FrameState.ModeChanged => "The picture is of another size.",
        FrameState.Corrupt => "The picture is damaged.",
        FrameState.Failed => "The model failed.",
        _ => state.ToString(),
    };

    private void Show(ReadOnlySpan<byte> picture, ReadOnlySpan<float> heat)
    {
        int top = (Canvas.Height - _shownHeight) / 2;
        for (int y = 0; y < _shownHeight; y++)
        {
            Sample down = _down[y];
            ReadOnlySpan<byte> upper = picture.Slice(down.First * _width, _width), lower = picture.Slice(down.Second * _width, _width);
            for (int x = 0; x < _shownWidth; x++)
            {
                Sample across = _across[x];
                float gray = down.Between(across.Between(upper[across.First], upper[across.Second]), across.Between(lower[across.First], lower[across.Second]));
                byte pixel = (byte)(gray + 0.5f);
                Canvas[x, top + y] = heat.IsEmpty ? new Colour(pixel, pixel, pixel) : HeatMap.Over(pixel, heat[(y * _shownWidth) + x]);
            }
        }
    }

    private void Grade(FrameState state, Score? score)
    {
        if (score is { } graded)
        {
            Say("grade", Dim);
            Write(Margin, 6, graded.Grade, Bright);
            Skip(4 * PixelFont.Height);
            Write(PanelWidth - Margin - (10 * PixelFont.Advance), 1, string.Create(CultureInfo.InvariantCulture, $"severity {graded.Severity}"), Bright);
        }
        else
        {
            Say("no grade", Dim);
            Skip(Line / 2);
            Write(Margin, 2, System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString()), Notice);
            Skip(2 * Line);
            foreach (string line in Lines(Why(state))) Say(line, Notice);
        }

        // Whatever is above: what follows keeps its place.
        _line = 9 * Line;
    }

    private void Bars(Score? score)
    {
        const int Label = 4 * PixelFont.Advance, Percent = 5 * PixelFont.Advance, Length = PanelWidth - (2 * Margin) - Label - Percent;
        Say("probability, smoothed", Dim);
        foreach ((int i, string grade) in _model.Scheme.Grades.Index())
        {
            bool given = score?.Grade == grade;
            Write(Margin, 1, grade, given ? Bright : Dim);
            Box(Margin + Label, _line, Length, PixelFont.Height, Trough);
            if (score is { } graded)
            {
                float p = graded.P.Span[i];
                Box(Margin + Label, _line, (int)((p * Length) + 0.5f), PixelFont.Height, given ? Bright : Bar);
                Write(Margin + Label + Length + PixelFont.Advance, 1, string.Create(CultureInfo.InvariantCulture, $"{p * 100,3:0}%"), given ? Bright : Dim);
            }

            Skip(Line);
        }

        Skip(Line / 2);
    }

    private void Legend(string grade)
    {
        const int Length = PanelWidth - (2 * Margin);
        Say($"what speaks for grade {grade}", Dim);
        int left = _shownWidth + (Margin * _unit), pixels = Length * _unit;
        for (int x = 0; x < pixels; x++)
        {
            Canvas.Fill(left + x, _line * _unit, 1, PixelFont.Height * _unit, HeatMap.Over(MiddleGray, (float)x / (pixels - 1)));
        }

        Skip(Line);
        Write(Margin, 1, "nothing", Dim);
        const string Most = "most in clip so far";
        Write(PanelWidth - Margin - (Most.Length * PixelFont.Advance), 1, Most, Dim);
        Skip(Line);
    }

    private void Foot(TimeSpan? pts, long number)
    {
        string[] notes = [.. Lines(Disclaimer.Text), .. _model.DemonstrationOnly ? Lines("Trained on synthetic pictures: for demonstration only.") : []];
        _line = (Canvas.Height / _unit) - Margin - (Line * (notes.Length + 1)) - (Line / 2);
        Say(string.Create(CultureInfo.InvariantCulture, $"frame {number}{(pts is { } at ? $"  {at:m\\:ss\\.ff}" : "")}"), Dim);
        Skip(Line / 2);
        foreach (string note in notes) Say(note, Bright);
    }

    /// <summary>Breaks a text between words into lines that fit the panel.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Letters)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    private void Say(string text, Colour colour)
    {
        Write(Margin, 1, text.Length > Letters ? text[..Letters] : text, colour);
        Skip(Line);
    }

    private void Write(int left, int scale, string text, Colour colour) =>
        Canvas.Write(_shownWidth + (left * _unit), _line * _unit, scale * _unit, text, colour);

    private void Box(int left, int top, int wide, int high, Colour colour) =>
        Canvas.Fill(_shownWidth + (left * _unit), top * _unit, wide * _unit, high * _unit, colour);

    private void Skip(int units) => _line += units;
}
