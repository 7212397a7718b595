using LusEdge.Metering;

namespace LusEdge.Capture.Frames;

/// <summary>The frames of one feed: no more than are ever in use at once by the reader, the hand-off and the pipeline.</summary>
internal sealed class FramePool(FrameLedger ledger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<CapturedFrame> _idle = new();
    private bool _disposed;

    public FrameLedger Ledger { get; } = ledger;

    /// <summary>Returns an empty frame. <see cref="CapturedFrame.Lease"/> turns it into a captured one.</summary>
    public CapturedFrame Rent()
    {
        lock (_gate) return _idle.TryPop(out CapturedFrame? frame) ? frame : new CapturedFrame(this);
    }

    /// <summary>Takes a frame back; its pixels must already be released.</summary>
    public void Return(CapturedFrame frame)
    {
        lock (_gate)
        {
            System.Diagnostics.Debug.Assert(!_idle.Contains(frame), "a frame was returned twice");
            if (!_disposed)
            {
                _idle.Push(frame);
                return;
            }
        }

        frame.Free();
    }

    /// <summary>Frees the idle frames now, and the others as they are returned.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (CapturedFrame frame in _idle) frame.Free();
            _idle.Clear();
        }
    }
}
