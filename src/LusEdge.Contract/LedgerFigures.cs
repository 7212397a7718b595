namespace LusEdge.Contract;

/// <summary>The account of every frame: captured = scored + withheld + dropped + corrupt + in flight.</summary>
/// <param name="Captured">Frames that a decoder delivered.</param>
/// <param name="Scored">Frames that were graded.</param>
/// <param name="Withheld">Frames that were processed but not graded, by state.</param>
/// <param name="Dropped">Frames dropped unseen, by reason.</param>
/// <param name="Corrupt">Damaged frames.</param>
/// <param name="InFlight">Frames captured but not accounted for yet.</param>
public sealed record LedgerFigures(
    long Captured,
    long Scored,
    IReadOnlyDictionary<FrameState, long> Withheld,
    IReadOnlyDictionary<string, long> Dropped,
    long Corrupt,
    long InFlight);
