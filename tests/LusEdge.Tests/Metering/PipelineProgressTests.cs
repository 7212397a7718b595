using LusEdge.Contract;
using LusEdge.Metering;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Metering;

public sealed class PipelineProgressTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PipelineProgress _progress;

    public PipelineProgressTests() => _progress = new PipelineProgress(_time);

    [Fact]
    public void A_waiting_loop_counts_rounds_and_is_not_busy()
    {
        Assert.Equal((0, TimeSpan.Zero, FrameState.Starting), (_progress.Rounds, _progress.Busy, _progress.State));
        _progress.BeginWait();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((1, TimeSpan.Zero), (_progress.Rounds, _progress.Busy));
    }

    [Fact]
    public void A_hanging_loop_is_busy_for_as_long_as_it_hangs()
    {
        _progress.BeginWait();
        _progress.BeginWork();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((1, TimeSpan.FromSeconds(3)), (_progress.Rounds, _progress.Busy));
        _progress.RecordState(FrameState.Stale);
        _progress.BeginWait();
        Assert.Equal((2, TimeSpan.Zero, FrameState.Stale), (_progress.Rounds, _progress.Busy, _progress.State));
    }
}
