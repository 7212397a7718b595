using LusEdge.Contract;

namespace LusEdge.Publish.Telemetry;

/// <summary>
/// Counts frames whose readings may not have arrived. QoS 0 has no acknowledgement, so now and then a reading is sent with QoS 1
/// as a probe: if the broker accepts it, it has read and accepted everything before it. Whatever was sent since the last accepted
/// probe counts as lost when the broker refuses a probe, or when the connection breaks. A gap that was reported in a metrics
/// message counts as lost again unless the broker then answers a ping. Thread-safe.
/// </summary>
internal sealed class TelemetryLoss
{
    private readonly Lock _lock = new();
    private Frames _lost;
    private Unconfirmed _frames;
    private Unconfirmed _reports;
    private bool _isRefused;

    /// <summary>A frame was dropped before it was sent.</summary>
    /// <param name="capturedAt">Its capture time.</param>
    public void Dropped(DateTimeOffset capturedAt) => Dropped(capturedAt, capturedAt, 1);

    /// <summary>Frames were dropped before they were sent, or the report of their loss could not be sent.</summary>
    /// <param name="from">Capture time of the first.</param>
    /// <param name="to">Capture time of the last.</param>
    /// <param name="count">How many.</param>
    public void Dropped(DateTimeOffset from, DateTimeOffset to, long count)
    {
        lock (_lock) _lost.Add(new Frames(from, to, count));
    }

    /// <summary>Frames were handed to the network.</summary>
    /// <param name="from">Capture time of the first.</param>
    /// <param name="to">Capture time of the last.</param>
    /// <param name="count">How many.</param>
    public void Sent(DateTimeOffset from, DateTimeOffset to, long count)
    {
        lock (_lock) _frames.Sent.Add(new Frames(from, to, count));
    }

    /// <summary>A probe is about to be sent. Its own frames have been passed to <see cref="Sent"/>.</summary>
    public void ProbeSent()
    {
        lock (_lock) _frames.Ask();
    }

    /// <summary>The probe was answered. After a refusal, what was sent before this probe was refused as well.</summary>
    /// <param name="isAccepted">Whether the broker accepted it.</param>
    public void ProbeAnswered(bool isAccepted)
    {
        lock (_lock)
        {
            if (!isAccepted) _lost.Add(_frames.TakeAll());
            else if (_isRefused) _lost.Add(_frames.Asked);
            _frames.Asked = default;
            _isRefused = !isAccepted;
        }
    }

    /// <summary>The report of a gap was handed to the network.</summary>
    public void Reported(TelemetryGap gap)
    {
        lock (_lock) _reports.Sent.Add(new Frames(gap.From, gap.To, gap.Frames));
    }

    /// <summary>A ping is about to be sent.</summary>
    public void PingSent()
    {
        lock (_lock) _reports.Ask();
    }

    /// <summary>The ping was answered.</summary>
    public void PingAnswered()
    {
        lock (_lock) _reports.Asked = default;
    }

    /// <summary>The connection broke.</summary>
    public void ConnectionLost()
    {
        lock (_lock)
        {
            _lost.Add(_frames.TakeAll());
            _lost.Add(_reports.TakeAll());
            _isRefused = false;
        }
    }

    /// <summary>
    /// Takes the gap to report. The caller then passes it to <see cref="Reported"/>, or gives it back with
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
        public void Add(Frames more)
        {
            if (more.Count == 0) return;
            if (Count == 0 || more.From < From) From = more.From;
            if (Count == 0 || more.To > To) To = more.To;
            Count += more.Count;
        }
    }

    /// <summary>What was sent since the broker was last asked, and what was sent before.</summary>
    private struct Unconfirmed
    {
        public Frames Sent;
        public Frames Asked;

        public void Ask()
        {
            Asked.Add(Sent);
            Sent = default;
        }

        public Frames TakeAll()
        {
            Ask();
            Frames all = Asked;
            Asked = default;
            return all;
        }
    }
}
