using LusEdge.Contract;

namespace LusEdge.Judge;

/// <summary>The state of the signal, as a person reads it, after the last frame.</summary>
/// <param name="State">Live only if the last frame was live.</param>
/// <param name="LiveSince">Feed time since which every frame has been live; null if the last one was not.</param>
public readonly record struct SignalState(FrameState State, TimeSpan? LiveSince);
