using LusEdge.Contract;
using LusEdge.Metering;

namespace LusEdge.Tests.Metering;

public sealed class FrameLedgerTests
{
    private readonly FrameLedger _ledger = new();

    [Fact]
    public void Every_outcome_of_a_frame_balances()
    {
        End(() => _ledger.Completed(FrameState.Live));
        End(() => _ledger.Completed(FrameState.Black));
        End(() => _ledger.Completed(FrameState.Black));
        End(() => _ledger.Completed(FrameState.Corrupt));
        End(() => _ledger.Dropped(DropReason.Overload));
        _ledger.Captured();
        LedgerCounts counts = _ledger.Read();

        Assert.Equal(0, counts.Imbalance);
        Assert.Equal((6, 1, 1, 1), (counts.Captured, counts.Scored, counts.Corrupt, counts.InFlight));
        Assert.Equal(2, counts.Withheld[FrameState.Black]);
        Assert.Equal(1, counts.Dropped[DropReason.Overload]);
        Assert.Single(counts.Withheld);
    }

    [Fact]
    public void A_frame_released_without_an_outcome_shows_as_an_imbalance()
    {
        _ledger.Captured();
        _ledger.Released();
        Assert.Equal(1, _ledger.Read().Imbalance);
    }

    [Fact]
    public void A_frame_counted_twice_shows_as_an_imbalance()
    {
        End(() =>
        {
            _ledger.Completed(FrameState.Live);
            _ledger.Dropped(DropReason.Stopping);
        });
        Assert.Equal(-1, _ledger.Read().Imbalance);
    }

    private void End(Action how)
    {
        _ledger.Captured();
        how();
        _ledger.Released();
    }
}
