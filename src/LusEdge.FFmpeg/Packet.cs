using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>A compressed packet, reused from read to read. One thread at a time.</summary>
public sealed unsafe class Packet : IDisposable
{
    private const int KeyFlag = 1;
    private const int CorruptFlag = 2;
    private const long NoTimestamp = long.MinValue;

    /// <summary>An empty packet.</summary>
    public Packet()
    {
        _ = FFmpegLibraries.Release;
        Handle = LibAv.av_packet_alloc();
        if (Handle.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "allocate a packet");
    }

    /// <summary>Whether decoding can start here.</summary>
    public bool IsKey => (Flags & KeyFlag) != 0;

    /// <summary>Whether the container or the transport flagged it as damaged.</summary>
    public bool IsCorrupt => (Flags & CorruptFlag) != 0;

    /// <summary>Presentation time in units of the stream's time base, null if unknown.</summary>
    public long? Pts => *(long*)(Pointer + FFmpegRelease.PacketPts) is var pts and not NoTimestamp ? pts : null;

    /// <summary>Index of its stream.</summary>
    internal int StreamIndex => *(int*)(Pointer + FFmpegRelease.PacketStreamIndex);

    internal PacketHandle Handle { get; }

    private int Flags => *(int*)(Pointer + FFmpegRelease.PacketFlags);

    private nint Pointer => Handle.DangerousGetHandle();

    /// <summary>Releases the data.</summary>
    public void Clear() => LibAv.av_packet_unref(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
