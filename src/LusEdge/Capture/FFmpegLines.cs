using LusEdge.FFmpeg;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// Passes FFmpeg's own lines on to the log, no more than some a second: on a damaged feed FFmpeg writes several a frame. They rank low,
/// because what they mean for the feed is logged by Capture itself.
/// </summary>
internal sealed class FFmpegLines(TimeProvider time, ILogger logger)
{
    private const int MostASecond = 20;
    private readonly Lock _gate = new();
    private long _second = time.GetTimestamp();
    private int _lines;

    /// <summary>The finest level that the log has an ear for.</summary>
    public FFmpegLogLevel Finest =>
        logger.IsEnabled(RankOf(FFmpegLogLevel.Info)) ? FFmpegLogLevel.Info
        : logger.IsEnabled(RankOf(FFmpegLogLevel.Warning)) ? FFmpegLogLevel.Warning
        : FFmpegLogLevel.Error;

    /// <summary>Takes a line, from any thread.</summary>
    public void Take(FFmpegLogLevel level, string line)
    {
        LogLevel rank = RankOf(level);
        if (!logger.IsEnabled(rank)) return;
        int leftOut = 0;
        lock (_gate)
        {
            if (time.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1))
            {
                leftOut = _lines - MostASecond;
                _second = time.GetTimestamp();
                _lines = 0;
            }

            if (++_lines > MostASecond) return;
        }

        if (leftOut > 0) logger.FFmpegLinesLeftOut(leftOut);
        logger.FFmpegLine(rank, line);
    }

    private static LogLevel RankOf(FFmpegLogLevel level) => level switch
    {
        FFmpegLogLevel.Fatal => LogLevel.Warning,
        FFmpegLogLevel.Error => LogLevel.Information,
        FFmpegLogLevel.Warning => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
