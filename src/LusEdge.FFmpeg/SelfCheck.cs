using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// Checks the loaded libraries' layout and behaviour against their <see cref="FFmpegRelease"/> row, once per process.
/// </summary>
internal static unsafe class SelfCheck
{
    private const long NoTimestamp = long.MinValue;
    private const int Unknown = -1;

    /// <summary>One white pixel; like every still picture, it is a key frame.</summary>
    private const string PgmPicture = "data:image/x-portable-graymap;base64,UDUKMSAxCjI1NQr/";

    /// <summary>
    /// Checks fresh objects for their documented defaults at the table's offsets. Reads only, so a wrong table does no harm.
    /// </summary>
    /// <param name="release">The row to check.</param>
    public static void Layout(FFmpegRelease release)
    {
        using (FrameHandle handle = LibAv.av_frame_alloc())
        {
            nint frame = handle.DangerousGetHandle();
            Require(*(long*)(frame + FFmpegRelease.FramePts) == NoTimestamp, "AVFrame.pts", release);
            Require(*(long*)(frame + release.BestEffortTimestamp) == NoTimestamp, "AVFrame.best_effort_timestamp", release);
            Require(*(int*)(frame + FFmpegRelease.FrameFormat) == Unknown, "AVFrame.format", release);
            Require(*(int*)(frame + release.FrameFlags) == 0, "AVFrame.flags", release);
            Require(*(int*)(frame + release.DecodeErrorFlags) == 0, "AVFrame.decode_error_flags", release);
        }

        using (PacketHandle handle = LibAv.av_packet_alloc())
        {
            nint packet = handle.DangerousGetHandle();
            Require(*(long*)(packet + FFmpegRelease.PacketPts) == NoTimestamp, "AVPacket.pts", release);
            Require(*(long*)(packet + FFmpegRelease.PacketDts) == NoTimestamp, "AVPacket.dts", release);
            Require(*(int*)(packet + FFmpegRelease.PacketFlags) == 0, "AVPacket.flags", release);
        }

        nint context = LibAv.avformat_alloc_context();
        nint stream = LibAv.avformat_new_stream(context, 0);
        try
        {
            Require(*(int*)(context + FFmpegRelease.FormatStreamCount) == 1, "AVFormatContext.nb_streams", release);
            Require((*(nint**)(context + FFmpegRelease.FormatStreams))[0] == stream, "AVFormatContext.streams", release);
            nint parameters = *(nint*)(stream + release.CodecParameters);
            Require(parameters > ushort.MaxValue, "AVStream.codecpar", release);
            Require(*(int*)(parameters + FFmpegRelease.CodecParametersType) == Unknown, "AVCodecParameters.codec_type", release);
        }
        finally
        {
            LibAv.avformat_free_context(context);
        }
    }

    /// <summary>Reads a known picture through the whole chain, and lets an endless read run into its deadline.</summary>
    public static void Behaviour()
    {
        const int Rate = 7;

        // White not expanded from video to full range would be 235; releases may differ by one level of rounding.
        const byte NearlyWhite = 254;
        FFmpegRelease release = FFmpegLibraries.Release;
        var none = new Dictionary<string, string>();
        using var deadline = new ReadDeadline();
        using (Demuxer source = Demuxer.Open($"color=white:size=34x18:rate={Rate},format=yuv420p", "lavfi", none, deadline))
        using (Decoder decoder = Decoder.Open(source))
        using (var packet = new Packet())
        using (var picture = new Picture())
        using (var gray = new Picture())
        {
            Require(source.TimeBase == new Rational(1, Rate), "AVStream.time_base", release);
            source.Read(packet).ThrowIfFailed("read a test picture");
            decoder.Send(packet).ThrowIfFailed("decode a test picture");
            decoder.Receive(picture).ThrowIfFailed("decode a test picture");
            Require(
                picture is { Width: 34, Height: 18, IsFlaggedCorrupt: false, Pts: 0, PixelFormatName: "yuv420p" },
                "a decoded AVFrame",
                release);
            using PictureFilter filter = PictureFilter.Create("crop=33:17:1:1:exact=1,format=gray", picture);
            filter.Process(picture, gray).ThrowIfFailed("filter a test picture");
            Require(
                gray is { Width: 33, Height: 17, HasPixels: true }
                    && !gray.Row(16).ContainsAnyExceptInRange(NearlyWhite, byte.MaxValue),
                "a white picture in full-range gray",
                release);
        }

        // Not the generated picture's packet: FFmpeg 7 does not mark those as key frames.
        using (Demuxer source = Demuxer.Open(PgmPicture, "pgm_pipe", none, deadline))
        using (var packet = new Packet())
        {
            source.Read(packet).ThrowIfFailed("read a test packet");
            Require(packet is { IsKey: true, IsCorrupt: false }, "AVPacket.flags", release);
        }

        deadline.Arm(TimeSpan.FromSeconds(-1));
        try
        {
            Demuxer.Open("/dev/zero", null, none, deadline).Dispose();
            Require(false, "AVFormatContext.interrupt_callback", release);
        }
        catch (FFmpegException e) when (e.Failure == FFmpegFailure.CallFailed)
        {
            Require(e.Result == AvResult.Interrupted, "AVFormatContext.interrupt_callback", release);
        }
    }

    private static void Require(bool holds, string what, FFmpegRelease release)
    {
        if (holds) return;
        string supported = string.Join(", ", FFmpegRelease.Known.Select(r => r.Codec));
        throw new FFmpegException(
            FFmpegFailure.SelfCheckFailed,
            "check its libraries",
            $"the installed FFmpeg claims to be libavcodec {release.Codec} (supported: {supported}), but {what} does not match "
            + "that version; install the distribution's build.");
    }
}
