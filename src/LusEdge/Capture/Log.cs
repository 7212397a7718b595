using LusEdge.Capture.Frames;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

internal static partial class Log
{
    [LoggerMessage(
        1000,
        LogLevel.Information,
        "{Source} is open: {Format}, {Codec}, {Size}, {PixelFormat}, {Rate:0.##} frames/s; {FFmpeg}.")]
    public static partial void Opened(
        this ILogger logger,
        string source,
        string format,
        string codec,
        PictureSize size,
        string pixelFormat,
        double rate,
        string ffmpeg);

    [LoggerMessage(1001, LogLevel.Information, "{Source} ended after {Frames} frames.")]
    public static partial void Ended(this ILogger logger, string source, long frames);

    [LoggerMessage(1002, LogLevel.Warning, "{Source} broke off after {Frames} frames: {Error}")]
    public static partial void BrokeOff(this ILogger logger, string source, long frames, string error);

    [LoggerMessage(1003, LogLevel.Warning, "{Source} was lost: {Reason}. Reopening it until it comes back.")]
    public static partial void Lost(this ILogger logger, string source, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "No picture from {Source}: {Reason} Reopening it until there is one.")]
    public static partial void Unavailable(this ILogger logger, string source, string reason);

    [LoggerMessage(1005, LogLevel.Information, "{Source} is back.")]
    public static partial void Back(this ILogger logger, string source);

    [LoggerMessage(1006, LogLevel.Information, "The picture is now {Size}, {PixelFormat}.")]
    public static partial void PictureChanged(this ILogger logger, PictureSize size, string pixelFormat);

    [LoggerMessage(1007, LogLevel.Warning, "Sector {Sector} does not fit the {Size} picture: its frames are not graded.")]
    public static partial void SectorDoesNotFit(this ILogger logger, Sector sector, PictureSize size);

    [LoggerMessage(
        1008,
        LogLevel.Warning,
        "{Size} {PixelFormat} pictures can't be converted to gray: {Error} They count as damaged.")]
    public static partial void NotConverted(this ILogger logger, PictureSize size, string pixelFormat, string error);

    [LoggerMessage(1009, LogLevel.Error, "Reading {Source} failed because of a bug in this program: {Exception}")]
    public static partial void ReaderFailed(this ILogger logger, string source, string exception);

    [LoggerMessage(1010, LogLevel.Warning, "{Source} is stuck: abandoning the thread that reads it.")]
    public static partial void ReaderStuck(this ILogger logger, string source);

    [LoggerMessage(EventId = 1011, Message = "FFmpeg: {Line}")]
    public static partial void FFmpegLine(this ILogger logger, LogLevel level, string line);

    [LoggerMessage(1012, LogLevel.Information, "FFmpeg: {Count} more lines in that second.")]
    public static partial void FFmpegLinesLeftOut(this ILogger logger, int count);

    [LoggerMessage(1013, LogLevel.Debug, "Still no picture from {Source}: {Reason}")]
    public static partial void StillUnavailable(this ILogger logger, string source, string reason);

    [LoggerMessage(1014, LogLevel.Error, "{Source} can't be used as configured: {Reason}")]
    public static partial void Refused(this ILogger logger, string source, string reason);

    [LoggerMessage(
        1015,
        LogLevel.Warning,
        "{Source} delivers {Rate:0.##} frames/s instead of the requested {Requested:0.##} (Capture:Rate); "
        + "`v4l2-ctl --list-formats-ext` lists what it supports.")]
    public static partial void RateMismatch(this ILogger logger, string source, double rate, double requested);

    [LoggerMessage(1016, LogLevel.Information, "{Source}: discarded {Frames} frames that were held back too long to be graded.")]
    public static partial void BacklogDiscarded(this ILogger logger, string source, long frames);

    [LoggerMessage(
        1017,
        LogLevel.Warning,
        "{Source} has been {Size} for {Seconds} s and is graded at this size from now on, instead of {First}. "
        + "Set Capture:Geometry to fix a size.")]
    public static partial void GeometryFollows(
        this ILogger logger, string source, PictureSize size, double seconds, PictureSize first);
}
