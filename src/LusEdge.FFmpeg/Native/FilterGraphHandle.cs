using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>Owns an AVFilterGraph and its filters.</summary>
internal sealed unsafe class FilterGraphHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        nint owned = handle;
        LibAv.avfilter_graph_free(&owned);
        return true;
    }
}
