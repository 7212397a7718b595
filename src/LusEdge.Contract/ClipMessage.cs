using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>
/// The summary of one clip (topic <c>event/clip</c>). It has no state: it has a grade, or the reason for having none.
/// </summary>
public sealed record ClipMessage : ResultMessage
{
    /// <summary>When the clip was closed, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The clock that the times were taken from; null when its state is unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The chest zone that was scanned, for instance <c>right-anterior-upper</c>; absent if nobody named one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Zone { get; init; }

    /// <summary>Capture time of the first frame, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Capture time of the last frame, UTC.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Number of the first frame.</summary>
    public required long FirstFrame { get; init; }

    /// <summary>Number of the last frame.</summary>
    public required long LastFrame { get; init; }

    /// <summary>Frames in the clip, whatever their state.</summary>
    public required int Frames { get; init; }

    /// <summary>Frames that were graded.</summary>
    public required int Usable { get; init; }

    /// <summary>Id of the rule that determined the grade.</summary>
    public required string Rule { get; init; }

    /// <summary>The integer part that is summed, 0-3; null if there is a <see cref="Reason"/>.</summary>
    public required int? Severity { get; init; }

    /// <summary>The scheme's label; null if there is a <see cref="Reason"/>.</summary>
    public required string? Grade { get; init; }

    /// <summary>
    /// Mean probabilities of the graded frames in class order, three decimals; null if there is a <see cref="Reason"/>.
    /// </summary>
    public required IReadOnlyList<double>? P { get; init; }

    /// <summary>Graded frames by grade, in class order.</summary>
    public required IReadOnlyList<int> Distribution { get; init; }

    /// <summary>Frames without a score, by state.</summary>
    public required IReadOnlyDictionary<FrameState, int> Withheld { get; init; }

    /// <summary>Why there is no grade: <c>insufficient_data</c>; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>True if it had to be stored before it could be sent, or is sent again; absent otherwise.</summary>
    [JsonPropertyOrder(20)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Late { get; init; }
}
