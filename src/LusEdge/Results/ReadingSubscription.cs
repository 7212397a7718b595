using System.Threading.Channels;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>
/// What one listener has not read yet. The pipeline and the announcer write, the listener reads at its own pace, and neither waits for the
/// other. When the subscription is full the newest reading is left out and counted. Clips are few and never left out.
/// </summary>
/// <remarks>Any thread may write, one reads; writing a frame allocates nothing.</remarks>
public sealed class ReadingSubscription : IDisposable
{
    /// <summary>Over four seconds at 30 frames per second; a frame message expires after two.</summary>
    public const int Capacity = 128;

    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private readonly QueuedReading[] _slots;
    private readonly Channel<ClosedClip> _clips = Channel.CreateUnbounded<ClosedClip>();
    private readonly WakeSignal _wake = new();
    private volatile ModelInUse _model;
    private long _written;
    private long _read;
    private (DateTimeOffset From, DateTimeOffset To, long Count) _missed;

    internal ReadingSubscription(ModelInUse model, TimeProvider time)
    {
        _model = model;
        _time = time;
        _slots = new QueuedReading[Capacity];
        for (int i = 0; i < Capacity; i++) _slots[i] = new QueuedReading(model);
    }

    /// <summary>What grades the frames that are written now.</summary>
    public ModelInUse Model => _model;

    /// <summary>True when the listener has caught up.</summary>
    public bool IsEmpty => Volatile.Read(ref _read) == Volatile.Read(ref _written);

    /// <summary>The complete clips. It ends with the run.</summary>
    public ChannelReader<ClosedClip> Clips => _clips.Reader;

    /// <summary>The oldest reading, valid until <see cref="Advance"/>; null if there is none.</summary>
    public QueuedReading? Peek() => IsEmpty ? null : _slots[_read % Capacity];

    /// <summary>Gives the oldest reading's slot back to the writers.</summary>
    public void Advance() => Volatile.Write(ref _read, _read + 1);

    /// <summary>Waits until something was written.</summary>
    /// <param name="stop">Ends the wait with an exception.</param>
    public ValueTask WaitAsync(CancellationToken stop) => _wake.WaitAsync(stop);

    /// <summary>Frames that found no room since the last call, with the capture times of the first and the last; null if there are none.</summary>
    public TelemetryGap? TakeMissed()
    {
        lock (_writing)
        {
            if (_missed.Count == 0) return null;
            var gap = new TelemetryGap(_missed.From, _missed.To, _missed.Count);
            _missed = default;
            return gap;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    internal void Write(in FrameReading reading)
    {
        lock (_writing)
        {
            if (Next() is { } slot)
            {
                slot.Set(reading, _time.GetTimestamp(), _model);
                Volatile.Write(ref _written, _written + 1);
            }
            else
            {
                DateTimeOffset at = reading.CapturedAt;
                _missed = _missed.Count == 0 ? (at, at, 1) : (_missed.From, at, _missed.Count + 1);
            }
        }

        _wake.Set();
    }

    internal void Write(in Announcement announcement)
    {
        lock (_writing)
        {
            // One that finds no room is no loss: the next comes within a tenth of a second.
            if (Next() is not { } slot) return;
            slot.Set(announcement, _time.GetUtcNow(), _time.GetTimestamp(), _model);
            Volatile.Write(ref _written, _written + 1);
        }

        _wake.Set();
    }

    internal void Write(ClipSummary clip) => _clips.Writer.TryWrite(new ClosedClip(clip, _model, _time.GetUtcNow()));

    internal void Use(ModelInUse model) => _model = model;

    internal void Complete() => _clips.Writer.TryComplete();

    private QueuedReading? Next() => _written - Volatile.Read(ref _read) < Capacity ? _slots[_written % Capacity] : null;
}
