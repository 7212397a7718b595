using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>A copy of a reading or an announcement that outlives the call; its memory is allocated once and reused.</summary>
public sealed class QueuedReading
{
    private readonly ScoreCopy _score;
    private readonly ScoreCopy _smoothed;

    internal QueuedReading(ModelInUse model)
    {
        Model = model;
        _score = new ScoreCopy(model.Scheme.Grades.Count);
        _smoothed = new ScoreCopy(model.Scheme.Grades.Count);
    }

    /// <summary>The model that graded the frame, or would have.</summary>
    public ModelInUse Model { get; private set; }

    /// <summary>The frame's number, null for an announcement.</summary>
    public long? Frame { get; private set; }

    /// <summary>Capture time, or the time of the announcement, UTC.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>
    /// For an announcement, since when the state has held, as a timestamp of the clock; for a frame, <see cref="Timestamp"/>.
    /// </summary>
    public long Since { get; private set; }

    /// <summary>Capture time, or the time of the announcement, as a timestamp of the clock.</summary>
    public long Timestamp { get; private set; }

    /// <summary>A score holds for this long after <see cref="Timestamp"/>.</summary>
    public TimeSpan MaxAge { get; private set; }

    /// <summary>When it was written into the queue, as a timestamp of the clock.</summary>
    public long QueuedAt { get; private set; }

    /// <summary>The frame's state: why it has a score, or why it has none.</summary>
    public FrameState State { get; private set; }

    /// <summary>The state of the signal, for a person to read; for an announcement, <see cref="State"/>.</summary>
    public FrameState Signal { get; private set; }

    /// <summary>How much the picture resembles the training pictures, 0-1, or null.</summary>
    public float? Quality { get; private set; }

    /// <summary>From capture to the end of aggregation.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>The model's score for this frame; null unless live.</summary>
    public ScoreCopy? Score => State == FrameState.Live ? _score : null;

    /// <summary>The smoothed score, for a person to read; null unless the signal is live.</summary>
    public ScoreCopy? Smoothed => Signal == FrameState.Live ? _smoothed : null;

    internal void Set(in FrameReading reading, long now, ModelInUse model)
    {
        QueuedAt = now;
        Model = model;
        Frame = reading.Frame;
        At = reading.CapturedAt;
        Since = reading.Timestamp;
        Timestamp = reading.Timestamp;
        MaxAge = reading.MaxAge;
        State = reading.State;
        Signal = reading.Signal;
        Quality = reading.Quality;
        Latency = reading.Latency;
        if (reading.Score is { } score) _score.Set(score);
        if (reading.Smoothed is { } smoothed) _smoothed.Set(smoothed);
    }

    internal void Set(in Announcement announcement, DateTimeOffset at, long now, ModelInUse model)
    {
        QueuedAt = now;
        Model = model;
        Frame = null;
        At = at;
        Since = announcement.Since;
        Timestamp = now;
        State = announcement.State;
        Signal = announcement.State;
        Quality = null;
        Latency = TimeSpan.Zero;
    }
}
