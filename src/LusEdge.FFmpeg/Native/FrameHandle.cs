using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>Owns an AVFrame.</summary>
internal sealed unsafe class FrameHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        nint owned = handle;
        LibAv.av_frame_free(&owned);
        return true;
    }
}
