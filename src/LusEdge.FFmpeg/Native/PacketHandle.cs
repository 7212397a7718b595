using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>Owns an AVPacket.</summary>
internal sealed unsafe class PacketHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        nint owned = handle;
        LibAv.av_packet_free(&owned);
        return true;
    }
}
