// What FFmpegRelease.cs knows about FFmpeg's structs, taken from the headers: compiled, never run. Each line of the assembly that
// begins with "->" has a name and a number.
#include <stddef.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/version.h>
#include <libavfilter/version.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#define TELL(name, value) __asm__ volatile("\n-> " name " %0" : : "i"(value))

void layout(void)
{
    // Different in each release, in the order of the record's parameters.
    TELL("Util", LIBAVUTIL_VERSION_MAJOR);
    TELL("Codec", LIBAVCODEC_VERSION_MAJOR);
    TELL("Format", LIBAVFORMAT_VERSION_MAJOR);
    TELL("Device", LIBAVDEVICE_VERSION_MAJOR);
    TELL("Filter", LIBAVFILTER_VERSION_MAJOR);
    TELL("InterruptCallback", offsetof(AVFormatContext, interrupt_callback));
    TELL("CodecParameters", offsetof(AVStream, codecpar));
    TELL("TimeBase", offsetof(AVStream, time_base));
    TELL("FrameFlags", offsetof(AVFrame, flags));
    TELL("DecodeErrorFlags", offsetof(AVFrame, decode_error_flags));
    TELL("BestEffortTimestamp", offsetof(AVFrame, best_effort_timestamp));

    // The same in every release.
    TELL("FormatInputFormat", offsetof(AVFormatContext, iformat));
    TELL("FormatStreamCount", offsetof(AVFormatContext, nb_streams));
    TELL("FormatStreams", offsetof(AVFormatContext, streams));
    TELL("InputFormatName", offsetof(AVInputFormat, name));
    TELL("CodecParametersType", offsetof(AVCodecParameters, codec_type));
    TELL("CodecParametersId", offsetof(AVCodecParameters, codec_id));
    TELL("PacketPts", offsetof(AVPacket, pts));
    TELL("PacketDts", offsetof(AVPacket, dts));
    TELL("PacketStreamIndex", offsetof(AVPacket, stream_index));
    TELL("PacketFlags", offsetof(AVPacket, flags));
    TELL("FramePlanes", AV_NUM_DATA_POINTERS);
    TELL("FrameData", offsetof(AVFrame, data));
    TELL("FrameLineSize", offsetof(AVFrame, linesize));
    TELL("FrameWidth", offsetof(AVFrame, width));
    TELL("FrameHeight", offsetof(AVFrame, height));
    TELL("FrameFormat", offsetof(AVFrame, format));
    TELL("FramePts", offsetof(AVFrame, pts));

    // Numbers hard-coded in the binding.
    TELL("KeyFlag", AV_PKT_FLAG_KEY);
    TELL("PacketCorruptFlag", AV_PKT_FLAG_CORRUPT);
    TELL("FrameCorruptFlag", AV_FRAME_FLAG_CORRUPT);
    TELL("VideoType", AVMEDIA_TYPE_VIDEO);
    TELL("SeekByte", AVSEEK_FLAG_BYTE);
    TELL("AnyKey", AV_DICT_IGNORE_SUFFIX);
    TELL("NonBlock", AVFMT_FLAG_NONBLOCK);
}
