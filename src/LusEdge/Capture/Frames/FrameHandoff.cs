using LusEdge.Metering;

namespace LusEdge.Capture.Frames;

/// <summary>
/// The hand-off from the reader thread to the pipeline. A file's frames all arrive: the reader waits while the hand-off is full.
/// For a live feed only the newest frame counts: it replaces one that was not taken in time. One writer, one reader; allocates
/// nothing.
/// </summary>
internal sealed class FrameHandoff
{
    private readonly object _gate = new();
    private readonly Queue<CapturedFrame> _frames;
    private readonly FrameLedger _ledger;
    private readonly int _capacity;
    private readonly bool _newestOnly;
    private bool _complete;
    private bool _closed;

    private FrameHandoff(FrameLedger ledger, int capacity, bool newestOnly)
    {
        _ledger = ledger;
        _capacity = capacity;
        _newestOnly = newestOnly;
        _frames = new Queue<CapturedFrame>(capacity);
    }

    /// <summary>For a live feed.</summary>
    public static FrameHandoff Newest(FrameLedger ledger) => new(ledger, 1, newestOnly: true);

    /// <summary>For a file. Holds two frames: one to overlap decoding with grading, one to even them out.</summary>
    public static FrameHandoff All(FrameLedger ledger) => new(ledger, 2, newestOnly: false);

    /// <summary>Hands a frame over.</summary>
    /// <returns>False if closed: the frame was dropped, and no more are accepted.</returns>
    public bool Put(CapturedFrame frame)
    {
        lock (_gate)
        {
            while (!_closed && !_newestOnly && _frames.Count == _capacity) Monitor.Wait(_gate);
            if (_closed)
            {
                Drop(frame, DropReason.Stopping);
                return false;
            }

            if (_frames.Count == _capacity)
            {
                // The taker must learn that a clip starts, even if its first frame is dropped.
                CapturedFrame old = _frames.Dequeue();
                frame.StartsClip |= old.StartsClip;
                Drop(old, DropReason.Overload);
            }

            _frames.Enqueue(frame);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits for a frame.</summary>
    /// <param name="timeout">The longest wait, in real time.</param>
    /// <param name="frame">For the caller to dispose.</param>
    public TakeResult Take(TimeSpan timeout, out CapturedFrame? frame)
    {
        lock (_gate)
        {
            if (_frames.Count == 0 && !_complete && !_closed) Monitor.Wait(_gate, timeout);
            if (_frames.TryDequeue(out frame))
            {
                Monitor.Pulse(_gate);
                return TakeResult.Frame;
            }

            return _complete || _closed ? TakeResult.Ended : TakeResult.Nothing;
        }
    }

    /// <summary>The writer has no more frames. Those handed over can still be taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _complete = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Accepts no more frames, and drops those not taken yet.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            while (_frames.TryDequeue(out CapturedFrame? frame)) Drop(frame, DropReason.Stopping);
            Monitor.PulseAll(_gate);
        }
    }

    private void Drop(CapturedFrame frame, DropReason reason)
    {
        _ledger.Dropped(reason);
        frame.Dispose();
    }
}
