namespace LusEdge.Contract;

/// <summary>The frames of one second as columns (topic <c>frames</c>): the same index in each list is the same frame.</summary>
public sealed record FramesMessage : ResultMessage
{
    /// <summary>Capture time of the first frame, UTC.</summary>
    public required DateTimeOffset T0 { get; init; }

    /// <summary>The clock that <see cref="T0"/> was taken from; null when its state is unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>Frame numbers since the service started.</summary>
    public required IReadOnlyList<long> Frame { get; init; }

    /// <summary>Capture times in whole milliseconds after <see cref="T0"/>.</summary>
    public required IReadOnlyList<long> TMs { get; init; }

    /// <summary>Frames dropped unseen since the previous batch, by reason. They are in no column.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Why there is a score, or why there is none.</summary>
    public required IReadOnlyList<FrameState> State { get; init; }

    /// <summary>The integer parts, each null unless live.</summary>
    public required IReadOnlyList<int?> Severity { get; init; }

    /// <summary>The scheme's labels, each null unless live.</summary>
    public required IReadOnlyList<string?> Grade { get; init; }

    /// <summary>Probabilities in class order, three decimals, each row null unless live.</summary>
    public required IReadOnlyList<IReadOnlyList<double>?> P { get; init; }

    /// <summary>How much each picture resembles the training pictures, 0-1; null where that was not measured.</summary>
    public required IReadOnlyList<double?> Quality { get; init; }

    /// <summary>Milliseconds from capture to the end of aggregation.</summary>
    public required IReadOnlyList<double> LatMs { get; init; }
}
