using LusEdge.Contract;

namespace LusEdge.Results;

/// <summary>The state of the signal while no frame gets a verdict. It never carries a score.</summary>
/// <param name="State">Starting, no_signal, stale or failed.</param>
/// <param name="Since">Since when the state has held, as a timestamp of the clock.</param>
/// <param name="Cause">Why, in a sentence without credentials; null if unknown.</param>
public readonly record struct Announcement(FrameState State, long Since, string? Cause);
