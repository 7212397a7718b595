namespace LusEdge.Contract;

/// <summary>One frame as the model graded it, unsmoothed (topic <c>frame</c>).</summary>
public sealed record FrameMessage : ResultMessage
{
    /// <summary>Capture time, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The clock that <see cref="T"/> was taken from; null when its state is unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The frame's number since the service started. A missing number is a frame that was dropped or not sent.</summary>
    public required long Frame { get; init; }

    /// <summary>Why there is a score, or why there is none.</summary>
    public required FrameState State { get; init; }

    /// <summary>The integer part that is summed, 0-3; null unless live.</summary>
    public required int? Severity { get; init; }

    /// <summary>The scheme's label, for instance "1*"; null unless live.</summary>
    public required string? Grade { get; init; }

    /// <summary>Probabilities in the scheme's class order, three decimals; null unless live.</summary>
    public required IReadOnlyList<double>? P { get; init; }

    /// <summary>How much the picture resembles the training pictures, 0-1; null if that was not measured.</summary>
    public double? Quality { get; init; }

    /// <summary>Milliseconds from capture to the end of aggregation.</summary>
    public required double LatMs { get; init; }
}
