using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// An uncompressed picture, reused from frame to frame. Its pixels come from FFmpeg's pools and are held until <see
/// cref="Clear"/>. One thread at a time.
/// </summary>
public sealed unsafe class Picture : IDisposable
{
    private const int CorruptFlag = 1;
    private const long NoTimestamp = long.MinValue;
    private readonly FFmpegRelease _release = FFmpegLibraries.Release;

    /// <summary>A picture without pixels.</summary>
    public Picture()
    {
        Handle = LibAv.av_frame_alloc();
        if (Handle.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "allocate a picture");
    }

    /// <summary>Width in pixels.</summary>
    public int Width => Int(FFmpegRelease.FrameWidth);

    /// <summary>Height in pixels.</summary>
    public int Height => Int(FFmpegRelease.FrameHeight);

    /// <summary>
    /// FFmpeg's number for the pixel format. Numbers differ between releases; names don't (<see cref="PixelFormatName"/>).
    /// </summary>
    public int PixelFormat => Int(FFmpegRelease.FrameFormat);

    /// <summary>FFmpeg's name for the pixel format, for instance <c>yuv420p</c>.</summary>
    public string PixelFormatName => Marshal.PtrToStringUTF8(LibAv.av_get_pix_fmt_name(PixelFormat)) ?? "none";

    /// <summary>Whether the decoder flagged this picture as damaged. It does not flag every damaged picture.</summary>
    public bool IsFlaggedCorrupt => (Int(_release.FrameFlags) & CorruptFlag) != 0 || Int(_release.DecodeErrorFlags) != 0;

    /// <summary>
    /// Presentation time in units of the stream's time base, derived from decoding time if the stream has none; null if unknown.
    /// </summary>
    public long? Pts => *(long*)(Pointer + _release.BestEffortTimestamp) is var pts and not NoTimestamp ? pts : null;

    /// <summary>Whether there are pixels.</summary>
    public bool HasPixels => *(nint*)(Pointer + FFmpegRelease.FrameData) != 0;

    internal FrameHandle Handle { get; }

    private nint Pointer => Handle.DangerousGetHandle();

    /// <summary>A row of a plane with one byte per pixel: <see cref="Width"/> bytes. Valid until <see cref="Clear"/>.</summary>
    /// <param name="y">From 0 at the top.</param>
    /// <param name="plane">0 for gray; 0 to 2 for Y, U and V of <c>yuv444p</c>.</param>
    public ReadOnlySpan<byte> Row(int y, int plane = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plane);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(plane, FFmpegRelease.FramePlanes);
        byte* data = ((byte**)(Pointer + FFmpegRelease.FrameData))[plane];
        if (data is null) throw new InvalidOperationException("The picture has no pixels.");
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return new ReadOnlySpan<byte>(data + ((nint)y * ((int*)(Pointer + FFmpegRelease.FrameLineSize))[plane]), Width);
    }

    /// <summary>Releases the pixels.</summary>
    public void Clear() => LibAv.av_frame_unref(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private int Int(int offset) => *(int*)(Pointer + offset);
}
