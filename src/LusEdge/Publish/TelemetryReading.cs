using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Publish;

/// <summary>A copy of one reading that outlives the pipeline's call; its memory is made once and used again.</summary>
/// <param name="model">What grades the frames.</param>
internal sealed class TelemetryReading(ModelInUse model)
{
    /// <summary>What graded the frame, or would have.</summary>
    public ModelInUse Model { get; private set; } = model;

    /// <summary>The frame's number, null when no frame is coming.</summary>
    public long? Frame { get; private set; }

    /// <summary>Capture time, or the time of the statement when no frame is coming, UTC.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>In silence: since when the state has held, UTC.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>When it was put in, in the time provider's ticks.</summary>
    public long Timestamp { get; private set; }

    /// <summary>Why there is a score, or why there is none.</summary>
    public FrameState State { get; private set; }

    /// <summary>How much the picture looks like those that the model was trained on, 0-1, or null.</summary>
    public float? Quality { get; private set; }

    /// <summary>From capture to the end of aggregation.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>The model's word on this one frame; meaningful when live.</summary>
    public ScoreCopy Score { get; } = new(model.Scheme.Grades.Count);

    /// <summary>The smoothed reading; meaningful when live.</summary>
    public ScoreCopy Smoothed { get; } = new(model.Scheme.Grades.Count);

    /// <summary>Takes in a frame.</summary>
    public void Set(in FrameReading reading, ModelInUse model, long timestamp)
    {
        Model = model;
        Frame = reading.Frame;
        At = reading.CapturedAt;
        Since = reading.CapturedAt;
        Timestamp = timestamp;
        State = reading.State;
        Quality = reading.Quality;
        Latency = reading.Latency;
        if (reading.Score is { } score) Score.Set(score);
        if (reading.Smoothed is { } smoothed) Smoothed.Set(smoothed);
    }

    /// <summary>Takes in a silence.</summary>
    public void Set(FrameState state, DateTimeOffset since, DateTimeOffset now, ModelInUse model, long timestamp)
    {
        Model = model;
        Frame = null;
        At = now;
        Since = since;
        Timestamp = timestamp;
        State = state;
        Quality = null;
        Latency = TimeSpan.Zero;
    }
}
