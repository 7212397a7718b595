namespace LusEdge.Contract;

/// <summary>
/// The reading for a dashboard (topic <c>live</c>): the smoothed grade, or why there is none. It is out of date once
/// <see cref="T"/> is over two seconds ago, whatever the broker delivers.
/// </summary>
public sealed record LiveMessage : ResultMessage
{
    /// <summary>Capture time of the frame, or the time of publication if no frame is coming, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The clock that <see cref="T"/> was taken from; null when its state is unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The frame's number; null if no frame is coming.</summary>
    public required long? Frame { get; init; }

    /// <summary>Why there is a score, or why there is none.</summary>
    public required FrameState State { get; init; }

    /// <summary>Since when the state has held, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The integer part that is summed, 0-3; null unless live.</summary>
    public required int? Severity { get; init; }

    /// <summary>The scheme's label; null unless live.</summary>
    public required string? Grade { get; init; }

    /// <summary>Smoothed probabilities in the scheme's class order, three decimals; null unless live.</summary>
    public required IReadOnlyList<double>? P { get; init; }

    /// <summary>How much the picture resembles the training pictures, 0-1; null if that was not measured.</summary>
    public double? Quality { get; init; }
}
