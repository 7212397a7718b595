using LusEdge.Contract;

namespace LusEdge.Results;

/// <summary>A statement about the signal while no frame gets a verdict. It never carries a score.</summary>
/// <param name="State">Starting, no_signal, stale or failed.</param>
/// <param name="Since">UTC time since which it has been so.</param>
/// <param name="Cause">Why, in a sentence without credentials; null if nothing more is known.</param>
public readonly record struct Announcement(FrameState State, DateTimeOffset Since, string? Cause);
