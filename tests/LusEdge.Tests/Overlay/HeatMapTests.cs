using LusEdge.Cli.Overlay;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Overlay;

public sealed class HeatMapTests : IDisposable
{
    private const int Size = 64;

    /// <summary>In the tiny model, light is evidence for the last grade and against the first.</summary>
    private const int Lightest = 6;

    private readonly TemporaryDirectory _temp = new();
    private readonly SeverityModel _model;
    private readonly HeatMap _heatMap;

    public HeatMapTests()
    {
        string model = TinyModel.Write(_temp["model"], TinyModel.Seven);
        var options = new InferOptions { Provider = ProviderChoice.Cpu };
        _model = SeverityModel.Load(model, options, NullLogger<SeverityModel>.Instance);
        _heatMap = new HeatMap(_model.ShowActivation());
    }

    public void Dispose()
    {
        _model.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Cells_with_evidence_are_hot_and_cells_without_are_cold()
    {
        Grade(left: 255, right: 0);
        ReadOnlySpan<byte> heat = _heatMap.For(Lightest);
        Assert.Equal(255, heat[0]);
        Assert.Equal(0, heat[^1]);
    }

    [Fact]
    public void Evidence_against_a_grade_is_not_heat()
    {
        Grade(left: 255, right: 0);
        Assert.Equal(0, _heatMap.For(0).ToArray().Max());
    }

    [Fact]
    public void Full_heat_is_the_strongest_evidence_in_the_clip_so_far()
    {
        Grade(left: 100, right: 0);
        Assert.Equal(255, _heatMap.For(Lightest)[0]);
        Grade(left: 200, right: 0);
        Assert.Equal(255, _heatMap.For(Lightest)[0]);
        Grade(left: 100, right: 0);
        Assert.InRange(_heatMap.For(Lightest)[0], 125, 131);
    }

    [Fact]
    public void A_picture_with_almost_no_evidence_does_not_glow()
    {
        // White is 343 logits: one level of gray is 1.3.
        Grade(left: 1, right: 1);
        Assert.InRange(_heatMap.For(Lightest)[0], 84, 88);
    }

    private void Grade(byte left, byte right)
    {
        Span<byte> picture = _model.InputFor(Size, Size);
        for (int i = 0; i < picture.Length; i++) picture[i] = i % Size < Size / 2 ? left : right;
        _model.Run();
    }
}
