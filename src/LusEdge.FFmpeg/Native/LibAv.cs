using System.Runtime.InteropServices;

namespace LusEdge.FFmpeg.Native;

/// <summary>
/// The C functions in use, under their C names. Their signatures are the same from FFmpeg 4.3 to 9.0.
/// <see cref="FFmpegLibraries"/> resolves the library names, never the loader's default search.
/// </summary>
internal static unsafe partial class LibAv
{
    public const string AvUtil = "avutil";
    public const string AvCodec = "avcodec";
    public const string AvFormat = "avformat";
    public const string AvFilter = "avfilter";
    public const string AvDevice = "avdevice";

    // libavutil
    [LibraryImport(AvUtil)]
    public static partial nint av_version_info();

    [LibraryImport(AvUtil)]
    public static partial void av_max_alloc(nuint max);

    [LibraryImport(AvUtil)]
    public static partial int av_strerror(int errnum, byte* errbuf, nuint errbufSize);

    [LibraryImport(AvUtil)]
    public static partial void av_log_set_callback(nint callback);

    [LibraryImport(AvUtil)]
    public static partial int av_log_format_line2(
        nint ptr, int level, byte* fmt, nint vl, byte* line, int lineSize, int* printPrefix);

    [LibraryImport(AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_dict_set(nint* pm, string key, string value, int flags);

    [LibraryImport(AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint av_dict_get(nint m, string key, nint prev, int flags);

    [LibraryImport(AvUtil)]
    public static partial void av_dict_free(nint* pm);

    [LibraryImport(AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set(FilterGraphHandle obj, string name, string val, int searchFlags);

    [LibraryImport(AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set(FormatContextHandle obj, string name, string val, int searchFlags);

    [LibraryImport(AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_get_int(CodecContextHandle obj, string name, int searchFlags, long* outVal);

    [LibraryImport(AvUtil)]
    public static partial FrameHandle av_frame_alloc();

    [LibraryImport(AvUtil)]
    public static partial void av_frame_free(nint* frame);

    [LibraryImport(AvUtil)]
    public static partial void av_frame_unref(FrameHandle frame);

    [LibraryImport(AvUtil)]
    public static partial nint av_get_pix_fmt_name(int pixFmt);

    // libavcodec
    [LibraryImport(AvCodec)]
    public static partial PacketHandle av_packet_alloc();

    [LibraryImport(AvCodec)]
    public static partial void av_packet_free(nint* pkt);

    [LibraryImport(AvCodec)]
    public static partial void av_packet_unref(PacketHandle pkt);

    [LibraryImport(AvCodec)]
    public static partial nint avcodec_get_name(int id);

    [LibraryImport(AvCodec)]
    public static partial CodecContextHandle avcodec_alloc_context3(nint codec);

    [LibraryImport(AvCodec)]
    public static partial void avcodec_free_context(nint* avctx);

    [LibraryImport(AvCodec)]
    public static partial int avcodec_parameters_to_context(CodecContextHandle codec, nint par);

    [LibraryImport(AvCodec)]
    public static partial int avcodec_open2(CodecContextHandle avctx, nint codec, nint* options);

    [LibraryImport(AvCodec)]
    public static partial int avcodec_send_packet(CodecContextHandle avctx, PacketHandle avpkt);

    [LibraryImport(AvCodec, EntryPoint = "avcodec_send_packet")]
    public static partial int avcodec_send_end(CodecContextHandle avctx, nint noPacket);

    [LibraryImport(AvCodec)]
    public static partial int avcodec_receive_frame(CodecContextHandle avctx, FrameHandle frame);

    // libavformat
    [LibraryImport(AvFormat)]
    public static partial int avformat_network_init();

    [LibraryImport(AvFormat)]
    public static partial nint avformat_alloc_context();

    [LibraryImport(AvFormat)]
    public static partial void avformat_free_context(nint s);

    [LibraryImport(AvFormat)]
    public static partial nint avformat_new_stream(nint s, nint c);

    [LibraryImport(AvFormat, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint av_find_input_format(string shortName);

    [LibraryImport(AvFormat, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int avformat_open_input(nint* ps, string url, nint fmt, nint* options);

    [LibraryImport(AvFormat)]
    public static partial void avformat_close_input(nint* s);

    [LibraryImport(AvFormat)]
    public static partial int avformat_find_stream_info(FormatContextHandle ic, nint options);

    [LibraryImport(AvFormat)]
    public static partial int av_find_best_stream(
        FormatContextHandle ic, int type, int wantedStreamNb, int relatedStream, nint* decoderRet, int flags);

    [LibraryImport(AvFormat)]
    public static partial int avformat_flush(FormatContextHandle s);

    [LibraryImport(AvFormat)]
    public static partial int av_seek_frame(FormatContextHandle s, int streamIndex, long timestamp, int flags);

    [LibraryImport(AvFormat)]
    public static partial int av_read_frame(FormatContextHandle s, PacketHandle pkt);

    [LibraryImport(AvFormat)]
    public static partial AVRational av_guess_frame_rate(FormatContextHandle ctx, nint stream, nint frame);

    // libavfilter
    [LibraryImport(AvFilter)]
    public static partial FilterGraphHandle avfilter_graph_alloc();

    [LibraryImport(AvFilter)]
    public static partial void avfilter_graph_free(nint* graph);

    [LibraryImport(AvFilter, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int avfilter_graph_parse2(FilterGraphHandle graph, string filters, nint* inputs, nint* outputs);

    [LibraryImport(AvFilter)]
    public static partial void avfilter_inout_free(nint* inout);

    [LibraryImport(AvFilter)]
    public static partial int avfilter_graph_config(FilterGraphHandle graph, nint logCtx);

    [LibraryImport(AvFilter, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint avfilter_graph_get_filter(FilterGraphHandle graph, string name);

    [LibraryImport(AvFilter)]
    public static partial int av_buffersrc_add_frame_flags(nint bufferSrc, FrameHandle frame, int flags);

    [LibraryImport(AvFilter)]
    public static partial int av_buffersink_get_frame(nint ctx, FrameHandle frame);

    // libavdevice: registers lavfi and v4l2 with libavformat.
    [LibraryImport(AvDevice)]
    public static partial void avdevice_register_all();
}
