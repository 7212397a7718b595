using LusEdge.Capture.Frames;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Source} is open: {Format}, {Codec}, {Size}, {PixelFormat}, {Rate:0.##} frames/s; {FFmpeg}.")]
    public static partial void Opened(
        this ILogger logger, string source, string format, string codec, PictureSize size, string pixelFormat, double rate, string ffmpeg);

    [LoggerMessage(1001, LogLevel.Information, "{Source} ended after {Frames} frames.")]
    public static partial void Ended(this ILogger logger, string source, long frames);

    [LoggerMessage(1002, LogLevel.Warning, "{Source} broke off after {Frames} frames: {Error}")]
    public static partial void BrokeOff(this ILogger logger, string source, long frames, string error);

    [LoggerMessage(1003, LogLevel.Warning, "{Source} is lost: {Reason}. It is opened anew until it comes back.")]
    public static partial void Lost(this ILogger logger, string source, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "{Source} gives no picture: {Reason} It is opened anew until it does.")]
    public static partial void NotThere(this ILogger logger, string source, string reason);

    [LoggerMessage(1005, LogLevel.Information, "{Source} is back.")]
    public static partial void Back(this ILogger logger, string source);

    [LoggerMessage(1006, LogLevel.Information, "The picture is now {Size}, {PixelFormat}.")]
    public static partial void PictureChanged(this ILogger logger, PictureSize size, string pixelFormat);

    [LoggerMessage(1007, LogLevel.Warning, "Sector {Sector} does not fit the picture of {Size}: its frames are not graded.")]
    public static partial void SectorDoesNotFit(this ILogger logger, Sector sector, PictureSize size);

    [LoggerMessage(1008, LogLevel.Warning, "Pictures of {Size}, {PixelFormat} can't be converted to gray: {Error}. They count as damaged.")]
    public static partial void NotConverted(this ILogger logger, PictureSize size, string pixelFormat, string error);

    [LoggerMessage(1009, LogLevel.Error, "Reading {Source} failed by a fault of the program.")]
    public static partial void ReaderFailed(this ILogger logger, Exception exception, string source);

    [LoggerMessage(1010, LogLevel.Warning, "{Source} does not let go: the thread that reads it is left behind.")]
    public static partial void ReaderStuck(this ILogger logger, string source);

    [LoggerMessage(EventId = 1011, Message = "FFmpeg: {Line}")]
    public static partial void FFmpegLine(this ILogger logger, LogLevel level, string line);

    [LoggerMessage(1012, LogLevel.Information, "FFmpeg: {Count} more lines within the second.")]
    public static partial void FFmpegLinesLeftOut(this ILogger logger, int count);

    [LoggerMessage(1013, LogLevel.Debug, "{Source} still gives no picture: {Reason}")]
    public static partial void StillNotThere(this ILogger logger, string source, string reason);

    [LoggerMessage(1014, LogLevel.Error, "{Source} can't be used as it is configured: {Reason}")]
    public static partial void Refused(this ILogger logger, string source, string reason);

    [LoggerMessage(1015, LogLevel.Warning, "{Source} delivers {Rate:0.##} frames/s although {Asked:0.##} were asked for (Capture:Rate); `v4l2-ctl --list-formats-ext` lists what it has.")]
    public static partial void OtherRate(this ILogger logger, string source, double rate, double asked);
}
