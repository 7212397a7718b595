using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Publish;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Publish;

public sealed class PipelineReaderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PipelineMeter _meter = new();

    [Fact]
    public void Rates_and_percentiles_are_over_the_period_and_the_ledger_is_over_all()
    {
        Frames(5);
        var reader = new PipelineReader(_meter, _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        Frames(250);
        for (int i = 0; i < 50; i++) Drop();
        PipelineFigures figures = reader.Read();

        Assert.Equal((30, 25), (figures.Rates.Captured, figures.Rates.Scored));
        Assert.Equal((305, 255, 50), (figures.Ledger.Captured, figures.Ledger.Scored, figures.Ledger.Dropped["overload"]));
        Assert.InRange(figures.Latency!.P50, 20, 21.5);
        Assert.Equal(50 / 300.0, figures.OverloadShare);
    }

    [Fact]
    public void A_period_without_frames_has_no_latency_and_no_overload()
    {
        var reader = new PipelineReader(_meter, _time);
        Frames(10);
        _time.Advance(TimeSpan.FromSeconds(10));
        reader.Read();
        _time.Advance(TimeSpan.FromSeconds(10));
        PipelineFigures figures = reader.Read();
        Assert.Null(figures.Latency);
        Assert.Equal((0, 0), (figures.Rates.Captured, figures.OverloadShare));
    }

    private void Frames(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _meter.Ledger.Captured();
            _meter.Ledger.Completed(FrameState.Live);
            _meter.Latency.Add(TimeSpan.FromMilliseconds(20));
            _meter.Ledger.Released();
        }
    }

    private void Drop()
    {
        _meter.Ledger.Captured();
        _meter.Ledger.Dropped(DropReason.Overload);
        _meter.Ledger.Released();
    }
}
