using LusEdge.Cli.Overlay;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Overlay;

public sealed class HeatMapTests : IDisposable
{
    private const int Size = 64;

    /// <summary>For the tiny model light speaks for its last grade, and against its first.</summary>
    private const int Lightest = 6;

    private readonly TemporaryDirectory _temp = new();
    private readonly SeverityModel _model;
    private readonly HeatMap _heat;

    public HeatMapTests()
    {
        _model = SeverityModel.Load(TinyModel.Write(_temp["model"], TinyModel.Seven), new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        _heat = new HeatMap(_model.ShowActivation(), Size, Size);
    }

    public void Dispose()
    {
        _model.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void It_is_hot_where_the_evidence_lies_and_cold_where_there_is_none()
    {
        Grade(left: 255, right: 0);
        ReadOnlySpan<float> heat = _heat.Of(Lightest);
        Assert.Equal(1, At(heat, 5, 30), 3);
        Assert.Equal(0, At(heat, 58, 30), 3);

        // What speaks against a class is no heat.
        Assert.Equal(0, _heat.Of(0).ToArray().Max(), 3);
    }

    [Fact]
    public void Full_heat_is_the_most_that_the_clip_has_shown_so_far()
    {
        Grade(left: 100, right: 0);
        Assert.Equal(1, At(_heat.Of(Lightest), 5, 30), 3);
        Grade(left: 200, right: 0);
        Assert.Equal(1, At(_heat.Of(Lightest), 5, 30), 3);
        Grade(left: 100, right: 0);
        Assert.Equal(0.5, At(_heat.Of(Lightest), 5, 30), 2);
    }

    [Fact]
    public void A_picture_with_hardly_any_evidence_does_not_glow()
    {
        // 343 logits for white: one level of gray comes to 1.3.
        Grade(left: 1, right: 1);
        Assert.Equal(343f / 255 / HeatMap.LeastFull, At(_heat.Of(Lightest), 30, 30), 2);
    }

    [Fact]
    public void The_colours_grow_lighter_in_even_steps()
    {
        double[] lightness = [.. Enumerable.Range(0, 11).Select(i => Lightness(HeatMap.ColourOf(i / 10f)))];
        Assert.All(lightness.Zip(lightness.Skip(1)), step => Assert.InRange(step.Second - step.First, 6, 11));
    }

    [Fact]
    public void Without_heat_the_picture_is_as_it_is_and_under_the_hottest_its_light_and_dark_still_show()
    {
        Assert.Equal(new Colour(77, 77, 77), HeatMap.Over(77, 0));
        Assert.True(Lightness(HeatMap.Over(220, 1)) > Lightness(HeatMap.Over(40, 1)) + 20);
    }

    [Fact]
    public void Stretching_is_half_pixel_bilinear_and_ends_with_the_edge()
    {
        Assert.Equal([new(0, 1, 0), new(1, 2, 0), new(2, 2, 0)], Sample.Along(3, 3));
        Assert.Equal([new(0, 1, 0), new(0, 1, 0.25f), new(0, 1, 0.75f), new(1, 1, 0)], Sample.Along(2, 4));
        Assert.Equal([new(0, 0, 0), new(0, 0, 0)], Sample.Along(1, 2));
    }

    private static float At(ReadOnlySpan<float> heat, int x, int y) => heat[(y * Size) + x];

    /// <summary>CIE L*, 0 to 100.</summary>
    private static double Lightness(Colour colour)
    {
        double y = (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));
        return (116 * Math.Cbrt(y)) - 16;

        static double Linear(byte channel) => channel / 255.0 <= 0.04045 ? channel / 255.0 / 12.92 : Math.Pow(((channel / 255.0) + 0.055) / 1.055, 2.4);
    }

    private void Grade(byte left, byte right)
    {
        Span<byte> picture = _model.InputFor(Size, Size);
        for (int i = 0; i < picture.Length; i++) picture[i] = i % Size < Size / 2 ? left : right;
        _model.Run();
    }
}
