namespace LusEdge.Contract;

/// <summary>The account of every frame: captured = scored + withheld + dropped + corrupt + in flight.</summary>
/// <param name="Captured">Frames that a decoder handed out.</param>
/// <param name="Scored">Frames that were graded.</param>
/// <param name="Withheld">Frames that were looked at and not graded, by state.</param>
/// <param name="Dropped">Frames discarded unseen, by reason.</param>
/// <param name="Corrupt">Damaged frames.</param>
/// <param name="InFlight">Frames between capture and their end.</param>
public sealed record LedgerFigures(
    long Captured,
    long Scored,
    IReadOnlyDictionary<FrameState, long> Withheld,
    IReadOnlyDictionary<string, long> Dropped,
    long Corrupt,
    long InFlight);
