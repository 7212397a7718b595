using LusEdge.Contract;
using LusEdge.Metering;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Metering;

public sealed class MeterReaderTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PipelineMeter _meter;

    public MeterReaderTests() => _meter = new PipelineMeter(_time);

    [Fact]
    public void Rates_and_percentiles_cover_the_period_and_the_ledger_the_whole_run()
    {
        Frames(5);
        var reader = new MeterReader(_meter, _time);
        _time.Advance(TimeSpan.FromSeconds(10));
        Frames(250);
        for (int i = 0; i < 50; i++) Drop();
        MeterFigures figures = reader.Read();

        Assert.Equal((30, 25), (figures.CapturedPerSecond, figures.ScoredPerSecond));
        Assert.Equal(
            (305, 255, 50), (figures.Ledger.Captured, figures.Ledger.Scored, figures.Ledger.Dropped[DropReason.Overload]));
        Assert.InRange(figures.LatencyP50!.Value.TotalMilliseconds, 20, 21.5);
    }

    [Fact]
    public void A_period_without_frames_has_no_latency()
    {
        var reader = new MeterReader(_meter, _time);
        Frames(10);
        _time.Advance(TimeSpan.FromSeconds(10));
        reader.Read();
        _time.Advance(TimeSpan.FromSeconds(10));
        MeterFigures figures = reader.Read();
        Assert.Null(figures.LatencyP50);
        Assert.Equal(0, figures.CapturedPerSecond);
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
