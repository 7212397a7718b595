using LusEdge.Contract;

namespace LusEdge.Publish;

/// <summary>What the pipeline did over a period.</summary>
/// <param name="Period">The period.</param>
/// <param name="Rates">Frames a second.</param>
/// <param name="Latency">Percentiles, null when no frame was looked at.</param>
/// <param name="Ledger">The account since the start.</param>
/// <param name="OverloadShare">Share of the period's captured frames that were dropped because the pipeline was not free, 0-1.</param>
internal sealed record PipelineFigures(TimeSpan Period, FrameRates Rates, LatencyFigures? Latency, LedgerFigures Ledger, double OverloadShare);
