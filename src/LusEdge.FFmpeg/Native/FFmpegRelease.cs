namespace LusEdge.FFmpeg.Native;

/// <summary>
/// One FFmpeg release line: the major versions of its libraries, for the loader, and the byte offsets of the few struct fields
/// that have no C accessor. The offsets hold for 64-bit Linux, on x86-64 and aarch64 alike.
/// </summary>
/// <param name="Name">The release's common name.</param>
/// <param name="Util">Major version of libavutil.</param>
/// <param name="Codec">Major version of libavcodec, libavformat and libavdevice; they move together.</param>
/// <param name="Filter">Major version of libavfilter.</param>
/// <param name="InterruptCallback">AVFormatContext.interrupt_callback.</param>
/// <param name="CodecParameters">AVStream.codecpar.</param>
/// <param name="TimeBase">AVStream.time_base.</param>
/// <param name="FrameFlags">AVFrame.flags.</param>
/// <param name="DecodeErrorFlags">AVFrame.decode_error_flags.</param>
/// <param name="BestEffortTimestamp">AVFrame.best_effort_timestamp.</param>
internal sealed record FFmpegRelease(
    string Name,
    int Util,
    int Codec,
    int Filter,
    int InterruptCallback,
    int CodecParameters,
    int TimeBase,
    int FrameFlags,
    int DecodeErrorFlags,
    int BestEffortTimestamp)
{
    // The same in every release of the table.
    public const int FormatInputFormat = 8;
    public const int FormatStreamCount = 44;
    public const int FormatStreams = 48;
    public const int InputFormatName = 0;
    public const int CodecParametersType = 0;
    public const int CodecParametersId = 4;
    public const int PacketPts = 8;
    public const int PacketDts = 16;
    public const int PacketStreamIndex = 36;
    public const int PacketFlags = 40;
    public const int FramePlanes = 8;
    public const int FrameData = 0;
    public const int FrameLineSize = 64;
    public const int FrameWidth = 104;
    public const int FrameHeight = 108;
    public const int FrameFormat = 116;
    public const int FramePts = 136;

    /// <summary>
    /// Every known release, newest first. Others are refused, because a wrong offset would corrupt memory instead of failing.
    /// </summary>
    public static readonly IReadOnlyList<FFmpegRelease> Known =
    [
        new("9.0", Util: 61, Codec: 63, Filter: 12, 216, 16, 32, 276, 320, 304),
        new("8.x", Util: 60, Codec: 62, Filter: 11, 216, 16, 32, 276, 320, 304),
        new("7.x", Util: 59, Codec: 61, Filter: 10, 216, 16, 32, 292, 344, 320),
        new("6.x", Util: 58, Codec: 60, Filter: 9, 200, 16, 32, 316, 376, 344),
        new("5.x", Util: 57, Codec: 59, Filter: 8, 200, 208, 16, 316, 376, 344),
        new("4.3 or 4.4", Util: 56, Codec: 58, Filter: 7, 1224, 208, 24, 380, 440, 408),
    ];

    /// <summary>The import names that <see cref="LibAv"/> uses, each with its shared object, in load order.</summary>
    public IReadOnlyList<(string Name, string SharedObject)> Libraries =>
    [
        (LibAv.AvUtil, $"libavutil.so.{Util}"),
        (LibAv.AvCodec, $"libavcodec.so.{Codec}"),
        (LibAv.AvFormat, $"libavformat.so.{Codec}"),
        (LibAv.AvFilter, $"libavfilter.so.{Filter}"),
        (LibAv.AvDevice, $"libavdevice.so.{Codec}"),
    ];

    /// <summary>The Debian or Ubuntu package of a shared object: libavcodec.so.59 is in libavcodec59.</summary>
    public static string PackageOf(string sharedObject) => sharedObject.Replace(".so.", "", StringComparison.Ordinal);
}
