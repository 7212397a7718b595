using LusEdge.Contract;

namespace LusEdge.Publish.Telemetry;

/// <summary>
/// Counts frames whose readings may not have arrived. QoS 0 has no acknowledgement, but a broker that answers a ping has read
/// everything sent before it. What was sent after the last answered ping counts as lost when the connection breaks. The same
/// goes for a gap that was reported in a metrics message. Thread-safe.
/// </summary>
internal sealed class TelemetryLoss
{
    private readonly Lock _lock = new();
    private Frames _lost;
    private Frames _sent;
    private Frames _asked;

    /// <summary>A frame was dropped before it was sent.</summary>
    /// <param name="capturedAt">Its capture time.</param>
    public void Dropped(DateTimeOffset capturedAt) => Dropped(capturedAt, capturedAt, 1);

    /// <summary>Frames were dropped before they were sent, or the report of their loss could not be sent.</summary>
    /// <param name="from">Capture time of the first.</param>
    /// <param name="to">Capture time of the last.</param>
    /// <param name="count">How many.</param>
    public void Dropped(DateTimeOffset from, DateTimeOffset to, long count)
    {
        lock (_lock) _lost.Add(from, to, count);
    }

    /// <summary>Frames, or the report of their loss, were handed to the network.</summary>
    /// <param name="from">Capture time of the first.</param>
    /// <param name="to">Capture time of the last.</param>
    /// <param name="count">How many.</param>
    public void Sent(DateTimeOffset from, DateTimeOffset to, long count)
    {
        lock (_lock) _sent.Add(from, to, count);
    }

    /// <summary>A ping is about to be sent.</summary>
    public void PingSent()
    {
        lock (_lock)
        {
            _asked.Add(_sent.From, _sent.To, _sent.Count);
            _sent = default;
        }
    }

    /// <summary>The ping was answered.</summary>
    public void PingAnswered()
    {
        lock (_lock) _asked = default;
    }

    /// <summary>The connection broke.</summary>
    public void ConnectionLost()
    {
        lock (_lock)
        {
            _lost.Add(_asked.From, _asked.To, _asked.Count);
            _lost.Add(_sent.From, _sent.To, _sent.Count);
            _asked = default;
            _sent = default;
        }
    }

    /// <summary>
    /// Takes the gap to report. The caller then passes it to <see cref="Sent"/>, or gives it back with
    /// <see cref="Dropped(DateTimeOffset, DateTimeOffset, long)"/>.
    /// </summary>
    public TelemetryGap? Take()
    {
        lock (_lock)
        {
            TelemetryGap? gap = _lost.Count == 0 ? null : new TelemetryGap(_lost.From, _lost.To, _lost.Count);
            _lost = default;
            return gap;
        }
    }

    private record struct Frames(DateTimeOffset From, DateTimeOffset To, long Count)
    {
        public void Add(DateTimeOffset from, DateTimeOffset to, long count)
        {
            if (count == 0) return;
            if (Count == 0 || from < From) From = from;
            if (Count == 0 || to > To) To = to;
            Count += count;
        }
    }
}
