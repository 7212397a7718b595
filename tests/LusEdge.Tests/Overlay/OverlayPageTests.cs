using LusEdge.Aggregate;
using LusEdge.Cli.Overlay;
using LusEdge.Contract;
using LusEdge.Infer;
using SkiaSharp;

namespace LusEdge.Tests.Overlay;

/// <summary>What a person can read on a page, measured in its pixels.</summary>
public sealed class OverlayPageTests
{
    private const int Width = 400;
    private const int Height = 360;
    private const float Small = 17;
    private const float Heading = 24;
    private const float Large = 36;
    private const float Huge = 96;

    /// <summary>The gray under the legend.</summary>
    private const byte MiddleGray = 70;

    /// <summary>A row through the legend's scale.</summary>
    private const int LegendRow = 451;

    private static readonly SKSizeI Cells = new(4, 4);
    private static readonly FrameReading Live = Reading(FrameState.Live, "2*");

    public static TheoryData<FrameState, string> NoGrade => new()
    {
        { FrameState.Black, "The picture is black." },
        { FrameState.Frozen, "The picture is frozen." },
        { FrameState.Ood, "was trained on." },
        { FrameState.LowConfidence, "The model is not confident enough." },
        { FrameState.ModeChanged, "The picture size has changed." },
        { FrameState.Corrupt, "The picture is damaged." },
        { FrameState.Failed, "The model failed on this frame." },
    };

    [Fact]
    public void A_graded_frame_shows_its_grade_state_and_probabilities_in_words()
    {
        PageText panel = Panel(Live);
        Assert.True(panel.Has("2*", Huge));
        Assert.True(panel.Has("severity 2", Heading));
        Assert.True(panel.Has("live", Heading));
        Assert.True(panel.Has("80%", Small));
        Assert.True(panel.Has("lus-test@1:0123abcd", Small));
        Assert.True(panel.Has("Scale sanmatteo-7", Small));
        Assert.True(panel.Has("Frame 640   0:25.60", Small));
        Assert.False(panel.Has("No grade", Large));
    }

    [Theory]
    [MemberData(nameof(NoGrade))]
    public void A_frame_without_a_grade_says_so_and_why(FrameState state, string why)
    {
        PageText panel = Panel(Reading(state, null));
        Assert.True(panel.Has("No grade", Large));
        Assert.True(panel.Has(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}"), Heading));
        Assert.True(panel.Has(why, Small));
        Assert.False(panel.Has("0%", Small));
        Assert.False(panel.Has("live", Heading));
    }

    [Fact]
    public void No_grade_differs_from_grade_0_by_shape_and_not_only_by_colour()
    {
        using SKBitmap zero = Draw(Reading(FrameState.Live, "0")), none = Draw(Reading(FrameState.Frozen, null));
        // A row through the upper edge of both tiles: one is a plain light band, the other hatched.
        Assert.Equal(2, EdgesAlong(zero, y: 74));
        Assert.InRange(EdgesAlong(none, y: 74), 20, 60);
        // Seen without colours, the middle of one tile is light and of the other dark.
        Assert.True(PageText.Luminance(zero.GetPixel(zero.Width - 40, 124)) > 0.8);
        Assert.True(PageText.Luminance(none.GetPixel(none.Width - 40, 124)) < 0.02);
    }

    [Fact]
    public void The_given_grade_is_marked_by_a_triangle_beside_its_bar()
    {
        // Two pages that differ in the grade: the mark moves from the bar of 2* (the sixth) to that of 0 (the first).
        using SKBitmap two = Draw(Live), zero = Draw(Reading(FrameState.Live, "0"));
        Assert.Equal([5], Marked(two));
        Assert.Equal([0], Marked(zero));

        static int[] Marked(SKBitmap page) =>
            [.. Enumerable.Range(0, 7).Where(i => PageText.Luminance(page.GetPixel(page.Width - 344, 227 + (24 * i))) > 0.5)];
    }

    [Fact]
    public void The_disclaimer_is_the_same_on_every_frame()
    {
        string[] lines = ["Research prototype. Not a medical device.", "Not for diagnosis, treatment or patient", "monitoring."];
        Assert.Equal(Disclaimer.Text, string.Join(' ', lines));
        foreach (FrameReading reading in (FrameReading[])[Live, Reading(FrameState.Black, null)])
        {
            PageText panel = Panel(reading);
            Assert.All(lines, line => Assert.True(panel.Has(line, Small), line));
            Assert.True(panel.Has("Trained on synthetic pictures: for", Small));
        }

        Assert.False(Panel(Live, demonstrationOnly: false).Has("Trained on synthetic pictures: for", Small));
    }

    [Theory]
    [InlineData(8, 8, Small)]
    [InlineData(64, 48, Small)]
    [InlineData(1440, 200, Small)]
    [InlineData(1080, 1440, 2 * Small)]
    public void Text_is_large_enough_to_read_beside_a_picture_of_any_size(int width, int height, float size)
    {
        using SKBitmap page = Draw(Live, width, height);
        Assert.True(page.Height >= 720);
        Assert.True(PageText.HeightOfX(size) >= 9);
        var panel = new PageText(page, new SKRectI(page.Width - (360 * page.Height / 720), 0, page.Width, page.Height));
        // 7 is the contrast that WCAG 2 asks for at its strictest level.
        string[] texts = ["Research prototype. Not a medical device.", "strongest so far in this clip", "80%"];
        Assert.All(texts, text => Assert.True(panel.ContrastOf(text, size) >= 7, text));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(128)]
    [InlineData(223)]
    public void The_picture_has_the_colours_of_the_legend(byte heat)
    {
        using SKBitmap page = Draw(Live, gray: MiddleGray, heat: heat);
        SKColor legend = page.GetPixel(LegendAt(page, heat), LegendRow), picture = page.GetPixel(200, 360);
        Assert.InRange(Distance(legend, picture), 0, 4);
        Assert.InRange(Distance(picture, new SKColor(MiddleGray, MiddleGray, MiddleGray)), 5, 255);
    }

    [Fact]
    public void Between_a_cold_and_a_hot_cell_the_picture_has_only_colours_of_the_legend()
    {
        using var page = new OverlayPage(Model(["0"], "lus-test@1:0123abcd"), new(Width, Height), new(2, 1));
        byte[] picture = [.. Enumerable.Repeat(MiddleGray, Width * Height)];
        page.Draw(Live with { Smoothed = new Score(0, "0", new float[] { 1 }) }, 0, picture, [0, 255]);
        using SKBitmap drawn = Copy(page);
        // The bar of one grade instead of seven: the legend is higher up.
        const int Row = LegendRow - (6 * 24);
        SKColor[] legend = [.. Enumerable.Range(0, 256).Select(heat => drawn.GetPixel(LegendAt(drawn, heat), Row))];
        SKColor[] colours = [.. Enumerable.Range(0, page.Picture.Width).Select(x => drawn.GetPixel(x, 360))];
        Assert.All(colours, colour => Assert.InRange(legend.Min(one => Distance(one, colour)), 0, 6));
        Assert.True(colours.Distinct().Count() > 50);
    }

    [Fact]
    public void There_is_a_legend_exactly_when_there_is_a_heat_map()
    {
        Assert.True(Panel(Live).Has("Heat map: evidence for grade 2*", Small));
        using SKBitmap none = Draw(Reading(FrameState.Black, null));
        SKColor ground = none.GetPixel(none.Width - 2, 2);
        Assert.All(Enumerable.Range(0, 256), heat => Assert.Equal(ground, none.GetPixel(LegendAt(none, heat), LegendRow)));
    }

    [Fact]
    public void The_legend_gets_lighter_with_heat_so_it_needs_no_colour_vision()
    {
        using SKBitmap page = Draw(Live);
        int[] heats = [.. Enumerable.Range(0, 11).Select(i => i * 255 / 10)];
        double[] lightness = [.. heats.Select(heat => Lightness(page.GetPixel(LegendAt(page, heat), LegendRow)))];
        Assert.All(lightness.Zip(lightness.Skip(1)), step => Assert.True(step.Second > step.First, string.Join(' ', lightness)));
        Assert.True(lightness[^1] - lightness[0] > 35);
    }

    [Fact]
    public void Without_heat_the_picture_is_gray_and_under_full_heat_its_structure_still_shows()
    {
        using SKBitmap cold = Draw(Live, gray: 77, heat: 0);
        using SKBitmap dark = Draw(Live, gray: 40, heat: 255), light = Draw(Live, gray: 220, heat: 255);
        Assert.Equal(new SKColor(77, 77, 77), cold.GetPixel(200, 360));
        Assert.True(Lightness(light.GetPixel(200, 360)) > Lightness(dark.GetPixel(200, 360)) + 20);
    }

    [Fact]
    public void A_long_grade_and_a_long_model_name_stay_inside_the_panel()
    {
        using var page = new OverlayPage(Model(["consolidation"], $"{new string('m', 30)}@1:0123abcd"), new(8, 8), Cells);
        page.Draw(Live with { Smoothed = new Score(3, "consolidation", new float[] { 1 }) }, 0, new byte[64], new byte[16]);
        using SKBitmap drawn = Copy(page);
        PageText panel = PanelOf(drawn);
        Assert.True(panel.Has("severity 3", Heading));
        Assert.True(panel.Has("100%", Small));
        Assert.True(panel.Has("Scale sanmatteo-7", Small));
        // Nothing is drawn into the margin on the right.
        (int edge, int margin) = (drawn.Width - 1, drawn.Width - 13);
        Assert.All(Enumerable.Range(0, 720), y => Assert.Equal(drawn.GetPixel(edge, y), drawn.GetPixel(margin, y)));
    }

    private static int LegendAt(SKBitmap page, int heat) => page.Width - 360 + 14 + (heat * 331 / 255);

    private static FrameReading Reading(FrameState state, string? grade)
    {
        string[] grades = ["0", "0*", "1", "1*", "2", "2*", "3"];
        float[] p = [.. grades.Select(one => one == grade ? 0.8f : 0)];
        p[4] += 0.2f;
        Score? score = grade is null ? null : new Score(grade[0] - '0', grade, p);
        return new FrameReading(1640, TimeSpan.FromSeconds(25.6), default, state, score, score, default) { Quality = 0.98f };
    }

    private static ModelInUse Model(string[] grades, string reference, bool demonstrationOnly = true) => new(
        "lus-test", reference, "", new ScoringScheme("sanmatteo-7", grades, [.. grades.Select(_ => 0)]), "cpu", "cpu", "fp32",
        new Dictionary<string, string>(), demonstrationOnly);

    private static PageText Panel(in FrameReading reading, bool demonstrationOnly = true)
    {
        using SKBitmap page = Draw(reading, demonstrationOnly: demonstrationOnly);
        return PanelOf(page);
    }

    private static PageText PanelOf(SKBitmap page) => new(page, new SKRectI(page.Width - 360, 0, page.Width, 720));

    private static SKBitmap Draw(
        in FrameReading reading,
        int width = Width,
        int height = Height,
        byte gray = MiddleGray,
        byte heat = 128,
        bool demonstrationOnly = true)
    {
        ModelInUse model = Model(["0", "0*", "1", "1*", "2", "2*", "3"], "lus-test@1:0123abcd", demonstrationOnly);
        using var page = new OverlayPage(model, new(width, height), Cells);
        byte[] picture = [.. Enumerable.Repeat(gray, width * height)];
        byte[] heatMap = [.. Enumerable.Repeat(heat, Cells.Width * Cells.Height)];
        page.Draw(in reading, 640, picture, reading.Smoothed is null ? [] : heatMap);
        return Copy(page);
    }

    private static SKBitmap Copy(OverlayPage page)
    {
        var copy = new SKBitmap(page.Width, page.Height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        page.Pixels.CopyTo(copy.GetPixelSpan());
        return copy;
    }

    /// <summary>How often a row of the panel changes between light and dark.</summary>
    private static int EdgesAlong(SKBitmap page, int y)
    {
        bool[] light = [.. Enumerable.Range(page.Width - 360, 360).Select(x => PageText.Luminance(page.GetPixel(x, y)) > 0.3)];
        return light.Zip(light.Skip(1)).Count(pair => pair.First != pair.Second);
    }

    private static int Distance(SKColor a, SKColor b) =>
        new[] { Math.Abs(a.Red - b.Red), Math.Abs(a.Green - b.Green), Math.Abs(a.Blue - b.Blue) }.Max();

    /// <summary>CIE L*, 0 to 100.</summary>
    private static double Lightness(SKColor colour) => (116 * Math.Cbrt(PageText.Luminance(colour))) - 16;
}
