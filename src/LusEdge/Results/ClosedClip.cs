using LusEdge.Aggregate;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>A complete clip on its way to a listener.</summary>
/// <param name="Summary">The clip.</param>
/// <param name="Model">What graded it.</param>
/// <param name="ClosedAt">When it was closed, UTC.</param>
public sealed record ClosedClip(ClipSummary Summary, ModelInUse Model, DateTimeOffset ClosedAt);
