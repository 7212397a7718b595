namespace LusEdge.Contract;

/// <summary>How far the device's clock can be trusted.</summary>
/// <param name="Sync">Whether a time service disciplines it.</param>
/// <param name="ErrMs">Maximum error in milliseconds by the kernel's estimate; null if it is not synchronised.</param>
public sealed record ClockStatus(ClockSync Sync, double? ErrMs);
