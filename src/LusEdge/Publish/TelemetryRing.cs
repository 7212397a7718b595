using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Publish;

/// <summary>
/// Readings on their way from the pipeline's thread to the sender: one writer, one reader, no lock, no allocation. When it
/// is full the newest reading is refused, and the reader skips what grew too old to be of use, so neither side ever waits.
/// </summary>
internal sealed class TelemetryRing
{
    /// <summary>Over four seconds at 30 fps; a frame message expires after two.</summary>
    public const int Capacity = 128;

    private readonly TelemetryReading[] _slots;
    private long _written;
    private long _read;

    /// <summary>An empty ring.</summary>
    /// <param name="model">What grades the frames.</param>
    public TelemetryRing(ModelInUse model)
    {
        Model = model;
        _slots = new TelemetryReading[Capacity];
        for (int i = 0; i < Capacity; i++) _slots[i] = new TelemetryReading(model);
    }

    /// <summary>Writer: what grades the frames that are put in from now on.</summary>
    public ModelInUse Model { get; set; }

    /// <summary>True when the reader has caught up.</summary>
    public bool IsEmpty => Volatile.Read(ref _read) == Volatile.Read(ref _written);

    /// <summary>Writer: puts in a frame.</summary>
    /// <returns>False when the ring is full.</returns>
    public bool TryWrite(in FrameReading reading, long timestamp)
    {
        if (Next() is not { } slot) return false;
        slot.Set(reading, Model, timestamp);
        Volatile.Write(ref _written, _written + 1);
        return true;
    }

    /// <summary>Writer: puts in a silence.</summary>
    /// <returns>False when the ring is full.</returns>
    public bool TryWrite(FrameState state, DateTimeOffset since, DateTimeOffset now, long timestamp)
    {
        if (Next() is not { } slot) return false;
        slot.Set(state, since, now, Model, timestamp);
        Volatile.Write(ref _written, _written + 1);
        return true;
    }

    /// <summary>Reader: the oldest reading, valid until <see cref="Advance"/>; null when there is none.</summary>
    public TelemetryReading? Peek() => IsEmpty ? null : _slots[_read % Capacity];

    /// <summary>Reader: gives the oldest reading's slot back to the writer.</summary>
    public void Advance() => Volatile.Write(ref _read, _read + 1);

    private TelemetryReading? Next() => _written - Volatile.Read(ref _read) < Capacity ? _slots[_written % Capacity] : null;
}
