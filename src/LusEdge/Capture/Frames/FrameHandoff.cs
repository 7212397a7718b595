using LusEdge.Metering;

namespace LusEdge.Capture.Frames;

/// <summary>
/// Between the reader thread and the pipeline. A file's frames all arrive: the reader waits while the hand-off is full. Of a live
/// feed's frames the newest counts: it takes the place of one that was not fetched in time. One writer, one taker; allocates nothing.
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

    /// <summary>For a file. Two frames: one decodes while one is graded, and the other evens them out.</summary>
    public static FrameHandoff All(FrameLedger ledger) => new(ledger, 2, newestOnly: false);

    /// <summary>Hands a frame over.</summary>
    /// <returns>False when closed: the frame is then dropped, and no other will be wanted.</returns>
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
                // That a clip starts must reach the taker, whichever frame of it does.
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
    /// <param name="patience">At most this long, in real time.</param>
    /// <param name="frame">The taker's to dispose.</param>
    public TakeResult Take(TimeSpan patience, out CapturedFrame? frame)
    {
        lock (_gate)
        {
            if (_frames.Count == 0 && !_complete && !_closed) Monitor.Wait(_gate, patience);
            if (_frames.TryDequeue(out frame))
            {
                Monitor.Pulse(_gate);
                return TakeResult.Frame;
            }

            return _complete || _closed ? TakeResult.Ended : TakeResult.Nothing;
        }
    }

    /// <summary>The writer has no more frames: those handed over can still be taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _complete = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>No more frames are wanted: those not taken yet are dropped.</summary>
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
