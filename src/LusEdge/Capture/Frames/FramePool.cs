using LusEdge.Metering;

namespace LusEdge.Capture.Frames;

/// <summary>The frames of one feed. Holds no more of them than are ever out at once: the hand-off's, the pipeline's, and the reader's.</summary>
internal sealed class FramePool(FrameLedger ledger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<CapturedFrame> _idle = new();
    private bool _disposed;

    public FrameLedger Ledger { get; } = ledger;

    /// <summary>An empty frame. <see cref="CapturedFrame.Lease"/> makes it a captured one.</summary>
    public CapturedFrame Rent()
    {
        lock (_gate) return _idle.TryPop(out CapturedFrame? frame) ? frame : new CapturedFrame(this);
    }

    /// <summary>Takes a frame back; its pixels must have been given back already.</summary>
    public void Return(CapturedFrame frame)
    {
        lock (_gate)
        {
            System.Diagnostics.Debug.Assert(!_idle.Contains(frame), "a frame came back twice");
            if (!_disposed)
            {
                _idle.Push(frame);
                return;
            }
        }

        frame.Free();
    }

    /// <summary>Frees the idle frames now, and the others as they come back.</summary>
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
