using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>How far the device's clock can be trusted.</summary>
/// <param name="Sync">Whether a time service disciplines it.</param>
/// <param name="ErrMs">Maximum error in milliseconds by the kernel's estimate; null if it is not synchronised.</param>
public sealed record ClockStatus(ClockSync Sync, double? ErrMs)
{
    /// <summary>
    /// By how many milliseconds the clock was set in total since the service started, positive for forward; absent if it was not.
    /// A time in an earlier message of the same boot becomes comparable by adding this and subtracting that message's.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? StepMs { get; init; }
}
