using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Results;

namespace LusEdge.Publish.Messages;

/// <summary>About a second of frames, collected as columns.</summary>
internal sealed class FrameBatch
{
    /// <summary>Length of a batch in capture time.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    public List<long> Frame { get; } = [];

    public List<long> OffsetMs { get; } = [];

    public List<FrameState> State { get; } = [];

    public List<int?> Severity { get; } = [];

    public List<string?> Grade { get; } = [];

    public List<double[]?> P { get; } = [];

    public List<double?> Quality { get; } = [];

    public List<double> LatMs { get; } = [];

    /// <summary>What graded the frames.</summary>
    public ModelInUse? Model { get; private set; }

    /// <summary>Capture time of the first frame, in whole milliseconds as published, so that the offsets add up.</summary>
    public DateTimeOffset From { get; private set; }

    /// <summary>Capture time of the last frame.</summary>
    public DateTimeOffset To { get; private set; }

    /// <summary>Frames in the batch.</summary>
    public int Count => Frame.Count;

    /// <summary>Whether to send the batch before adding a frame of this time. A clock that goes back ends a batch too.</summary>
    public bool IsFullAt(DateTimeOffset at) => Count > 0 && (at - From >= Length || at < From);

    /// <summary>Whether to send the batch before adding this reading: it is full, or another model graded the reading.</summary>
    public bool EndsBefore(QueuedReading reading) =>
        IsFullAt(reading.At) || (Count > 0 && !ReferenceEquals(Model, reading.Model));

    /// <summary>Adds a frame.</summary>
    public void Add(QueuedReading reading)
    {
        if (Count == 0) From = reading.At.AddTicks(-(reading.At.Ticks % TimeSpan.TicksPerMillisecond));
        To = reading.At;
        Model = reading.Model;
        ScoreCopy? score = reading.Score;
        Frame.Add(reading.Frame!.Value);
        OffsetMs.Add((long)(reading.At - From).TotalMilliseconds);
        State.Add(reading.State);
        Severity.Add(score?.Severity);
        Grade.Add(score?.Grade);
        P.Add(score is null ? null : MessageWriter.Rounded(score.P));
        Quality.Add(MessageWriter.Rounded(reading.Quality));
        LatMs.Add(MessageWriter.Milliseconds(reading.Latency));
    }

    /// <summary>The same frames in two batches.</summary>
    public (FrameBatch First, FrameBatch Second) Halves() => (Part(0, Count / 2), Part(Count / 2, Count - (Count / 2)));

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        Frame.Clear();
        OffsetMs.Clear();
        State.Clear();
        Severity.Clear();
        Grade.Clear();
        P.Clear();
        Quality.Clear();
        LatMs.Clear();
    }

    private FrameBatch Part(int start, int count)
    {
        var part = new FrameBatch
        {
            Model = Model,
            From = From.AddMilliseconds(OffsetMs[start]),
            To = start + count == Count ? To : From.AddMilliseconds(OffsetMs[start + count - 1]),
        };
        part.Frame.AddRange(Frame.Slice(start, count));
        part.OffsetMs.AddRange(OffsetMs.Slice(start, count).Select(offset => offset - OffsetMs[start]));
        part.State.AddRange(State.Slice(start, count));
        part.Severity.AddRange(Severity.Slice(start, count));
        part.Grade.AddRange(Grade.Slice(start, count));
        part.P.AddRange(P.Slice(start, count));
        part.Quality.AddRange(Quality.Slice(start, count));
        part.LatMs.AddRange(LatMs.Slice(start, count));
        return part;
    }
}
