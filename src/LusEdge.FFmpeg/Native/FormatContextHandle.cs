using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>
/// Owns an opened AVFormatContext. Keeps the deadline that its interrupt callback reads alive until the context is closed.
/// </summary>
internal sealed unsafe class FormatContextHandle : SafeHandle
{
    private readonly SafeHandle _deadline;
    private readonly bool _holdsDeadline;

    /// <param name="context">Opened by avformat_open_input, which frees the context itself if it fails.</param>
    /// <param name="deadline">Read by the context's interrupt callback.</param>
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
