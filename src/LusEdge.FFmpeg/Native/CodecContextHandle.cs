using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>Owns an AVCodecContext.</summary>
internal sealed unsafe class CodecContextHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        nint owned = handle;
        LibAv.avcodec_free_context(&owned);
        return true;
    }
}
