using LusEdge.FFmpeg;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// Passes FFmpeg's own lines to the log, at a limited rate: on a damaged feed FFmpeg writes several per frame. Their levels are
/// low, because Capture itself logs what they mean for the feed.
/// </summary>
internal sealed class FFmpegLines(TimeProvider time, ILogger logger)
{
    private const int MaxPerSecond = 20;
    private readonly Lock _gate = new();
    private long _second = time.GetTimestamp();
    private int _lines;

    /// <summary>The finest FFmpeg level that the log is enabled for.</summary>
    public FFmpegLogLevel Finest =>
        logger.IsEnabled(LevelOf(FFmpegLogLevel.Info)) ? FFmpegLogLevel.Info
        : logger.IsEnabled(LevelOf(FFmpegLogLevel.Warning)) ? FFmpegLogLevel.Warning
        : FFmpegLogLevel.Error;

    /// <summary>Receives a line, from any thread.</summary>
    public void Take(FFmpegLogLevel level, string line)
    {
        LogLevel logLevel = LevelOf(level);
        if (!logger.IsEnabled(logLevel)) return;
        int leftOut = 0;
        lock (_gate)
        {
            if (time.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1))
            {
                leftOut = _lines - MaxPerSecond;
                _second = time.GetTimestamp();
                _lines = 0;
            }

            if (++_lines > MaxPerSecond) return;
        }

        if (leftOut > 0) logger.FFmpegLinesLeftOut(leftOut);
        logger.FFmpegLine(logLevel, line);
    }

    private static LogLevel LevelOf(FFmpegLogLevel level) => level switch
    {
        FFmpegLogLevel.Fatal => LogLevel.Warning,
        FFmpegLogLevel.Error => LogLevel.Information,
        FFmpegLogLevel.Warning => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
