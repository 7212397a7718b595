using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>Owns an opened AVFormatContext. Keeps the deadline alive that the context's interrupt callback reads, to the end of its closing.</summary>
internal sealed unsafe class FormatContextHandle : SafeHandle
{
    private readonly SafeHandle _deadline;
    private readonly bool _holdsDeadline;

    /// <param name="context">A context that avformat_open_input has opened: what it fails to open it frees by itself.</param>
    /// <param name="deadline">What the context's interrupt callback reads.</param>
    public FormatContextHandle(nint context, SafeHandle deadline)
        : base(0, ownsHandle: true)
    {
        _deadline = deadline;
        deadline.DangerousAddRef(ref _holdsDeadline);
        SetHandle(context);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        nint owned = handle;
        LibAv.avformat_close_input(&owned);
        if (_holdsDeadline) _deadline.DangerousRelease();
        return true;
    }
}
