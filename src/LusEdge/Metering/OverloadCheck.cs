using LusEdge.Health;

namespace LusEdge.Metering;

/// <summary>Detects that the pipeline is too slow for its feed. Call once per second.</summary>
/// <param name="ledger">The frame counts.</param>
/// <param name="board">Receives the report.</param>
public sealed class OverloadCheck(FrameLedger ledger, HealthBoard board)
{
    /// <summary>A feed that loses a larger share of its frames than this is not graded properly.</summary>
    public const double TolerableShare = 0.1;

    private const int Seconds = 10;

    private readonly Queue<(long Captured, long Dropped)> _before = new();

    /// <summary>Evaluates the last ten seconds.</summary>
    public void Look()
    {
        LedgerCounts now = ledger.Read();
        long dropped = now.Dropped.GetValueOrDefault(DropReason.Overload);
        if (_before.Count == Seconds)
        {
            (long Captured, long Dropped) start = _before.Dequeue();
            long captured = now.Captured - start.Captured;
            bool isOverload = captured > 0 && (double)(dropped - start.Dropped) / captured > TolerableShare;
            board.Set(
                HealthCode.Overload,
                isOverload
                    ? "More than a tenth of the frames are dropped because grading is too slow for this feed. "
                        + "Lower the feed's rate or use a faster provider."
                    : null);
        }

        _before.Enqueue((now.Captured, dropped));
    }
}
