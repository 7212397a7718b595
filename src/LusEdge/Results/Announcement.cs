using LusEdge.Contract;

namespace LusEdge.Results;

/// <summary>The state of the signal while no frame gets a verdict. It never carries a score.</summary>
/// <param name="State">Starting, no_signal, stale or failed.</param>
/// <param name="Since">UTC time since which the state has held.</param>
/// <param name="Cause">Why, in a sentence without credentials; null if unknown.</param>
public readonly record struct Announcement(FrameState State, DateTimeOffset Since, string? Cause);
