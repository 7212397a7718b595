using LusEdge.Machine;

namespace LusEdge.Capture;

/// <summary>
/// Bounds the age of what a live source delivers. When a read had to wait, the source had nothing unread, so whatever is read
/// from then on was sent after that wait began. If reads stop waiting, because this process was stopped or starved or because the
/// network held data back, the bound grows with every second, and what is read is a backlog.
/// </summary>
/// <remarks>
/// A demuxer and a parser each hold a picture back until the next begins, so a picture can be two waits older than the read that
/// completes it: the bound goes back to the start of the wait before those. For the reading thread only; allocates nothing.
/// </remarks>
internal struct BacklogWatch
{
    /// <summary>
    /// A shorter wait is no evidence: a backlog that arrives at the network's full speed also makes reads wait, for less than
    /// this.
    /// </summary>
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(3);

    private readonly TimeProvider _time;
    private long _last;
    private long _before;
    private long _sentAfter;
    private long _begun;
    private long _sleeps;

    /// <param name="time">The feed's clock.</param>
    /// <param name="opened">When the source was opened: nothing is older.</param>
    public BacklogWatch(TimeProvider time, long opened)
    {
        _time = time;
        _last = _before = _sentAfter = opened;
    }

    /// <summary>The picture that the last read completed was sent no earlier than this timestamp.</summary>
    public readonly long SentAfter => _sentAfter;

    /// <summary>A read begins.</summary>
    public void BeginRead()
    {
        if (_time is null) return;
        _begun = _time.GetTimestamp();
        _sleeps = LibC.VoluntarySwitches();
    }

    /// <summary>The read has returned a packet.</summary>
    public void EndRead()
    {
        // Being preempted takes time too: only a thread that gave up the processor of its own accord has waited.
        if (_time is null || _time.GetElapsedTime(_begun) < MinWait || LibC.VoluntarySwitches() == _sleeps) return;
        _sentAfter = _before;
        _before = _last;
        _last = _begun;
    }
}
