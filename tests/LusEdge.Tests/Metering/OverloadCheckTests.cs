using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Metering;

namespace LusEdge.Tests.Metering;

public sealed class OverloadCheckTests
{
    private readonly FrameLedger _ledger = new();
    private readonly HealthBoard _board = new();

    [Fact]
    public void Dropping_over_a_tenth_in_ten_seconds_raises_overload_and_recovery_clears_it()
    {
        var check = new OverloadCheck(_ledger, _board);
        Second(check, graded: 90, dropped: 10, times: 11);
        Assert.Empty(_board.Read().Reasons);
        Second(check, graded: 88, dropped: 12, times: 10);
        Assert.Equal("overload", Assert.Single(_board.Read().Reasons).Code);
        Second(check, graded: 100, dropped: 0, times: 3);
        Assert.Empty(_board.Read().Reasons);
    }

    [Fact]
    public void Drops_during_startup_are_not_overload()
    {
        var check = new OverloadCheck(_ledger, _board);
        Second(check, graded: 0, dropped: 25, times: 1);
        Second(check, graded: 25, dropped: 0, times: 20);
        Assert.Empty(_board.Read().Reasons);
    }

    private void Second(OverloadCheck check, int graded, int dropped, int times)
    {
        for (int i = 0; i < times; i++)
        {
            for (int frame = 0; frame < graded + dropped; frame++)
            {
                _ledger.Captured();
                if (frame < graded) _ledger.Completed(FrameState.Live);
                else _ledger.Dropped(DropReason.Overload);
                _ledger.Released();
            }

            check.Look();
        }
    }
}
