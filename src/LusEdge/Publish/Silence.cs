using LusEdge.Contract;

namespace LusEdge.Publish;

/// <summary>What the pipeline says while no frame comes.</summary>
/// <param name="State">starting, no_signal or failed.</param>
/// <param name="Cause">Why, a sentence; null where nothing is known but that it is so.</param>
internal sealed record Silence(FrameState State, string? Cause);
