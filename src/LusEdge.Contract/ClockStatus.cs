namespace LusEdge.Contract;

/// <summary>How far the device's clock may be trusted.</summary>
/// <param name="Sync">Whether a time service disciplines it.</param>
/// <param name="ErrMs">Largest error in milliseconds by the kernel's own estimate; null when it is not synchronised.</param>
public sealed record ClockStatus(ClockSync Sync, double? ErrMs);
