using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>How serious FFmpeg considers a log line. Its "error" is routine on a live feed: a damaged picture, say.</summary>
public enum FFmpegLogLevel
{
    /// <summary>FFmpeg can't go on.</summary>
    Fatal,

    /// <summary>Something could not be read, decoded or reached.</summary>
    Error,

    /// <summary>Something looks wrong.</summary>
    Warning,

    /// <summary>For information. Finer levels are not collected.</summary>
    Info,
}

/// <summary>Receives a line of FFmpeg's log. Called on whatever thread FFmpeg logs from; must not call into FFmpeg.</summary>
/// <param name="level">Its level.</param>
/// <param name="line">The line without its end, masked.</param>
public delegate void FFmpegLogLine(FFmpegLogLevel level, string line);

/// <summary>Redirects FFmpeg's log lines from standard error to the program's own sinks.</summary>
public static unsafe partial class FFmpegLog
{
    // libavutil's level numbers.
    private const int AvLogFatal = 8;
    private const int AvLogError = 16;
    private const int AvLogWarning = 24;
    private const int AvLogInfo = 32;
    private const int LineSize = 1024;

    [ThreadStatic]
    private static Route? _route;

    [ThreadStatic]
    private static string? _lastError;

    [ThreadStatic]
    private static bool _withinLine;

    [ThreadStatic]
    private static int _losses;

    [ThreadStatic]
    private static int _tooLarge;

    [ThreadStatic]
    private static ReferenceGuard? _guard;

    private static volatile Route? _latest;

    /// <summary>
    /// The last error or fatal line on this thread since <see cref="Attach"/> or <see cref="ClearLastError"/>: often the cause
    /// that a bare error code hides.
    /// </summary>
    public static string? LastError => _lastError;

    /// <summary>
    /// How many lines on this thread reported that part of a stream was missing or had to be concealed. Some losses leave no
    /// other sign: a picture lost whole over RTP, say, or (before 5.0) the flag of a damaged packet.
    /// </summary>
    public static int Losses => _losses;

    /// <summary>
    /// How many lines on this thread reported a picture of more than <see cref="Decoder.MaxPixels"/>, which is not decoded.
    /// </summary>
    public static int TooLarge => _tooLarge;

    /// <summary>
    /// Sends what FFmpeg logs on this thread to <paramref name="sink"/>. Lines from FFmpeg's own threads, which belong to no
    /// caller, go there too until another sink is attached.
    /// </summary>
    /// <param name="sink">Where the lines go.</param>
    /// <param name="finest">
    /// Finer lines are not even formatted, because some releases log on every frame. Errors always are.
    /// </param>
    /// <param name="mask">Removes what must not be shown from a line.</param>
    public static void Attach(FFmpegLogLine sink, FFmpegLogLevel finest, Func<string, string> mask)
    {
        int maxLevel = finest switch
        {
            FFmpegLogLevel.Info => AvLogInfo,
            FFmpegLogLevel.Warning => AvLogWarning,
            _ => AvLogError,
        };
        _latest = _route = new Route(sink, maxLevel, mask);
        _withinLine = false;
        ClearLastError();
    }

    /// <summary>Undoes <see cref="Attach"/>.</summary>
    public static void Detach()
    {
        if (_latest == _route) _latest = null;
        _route = null;
    }

    /// <summary>Clears <see cref="LastError"/>.</summary>
    public static void ClearLastError() => _lastError = null;

    /// <summary>Watches the references that the source read on this thread makes from now on; null allows all.</summary>
    internal static void Guard(ReferenceGuard? guard) => _guard = guard;

    /// <summary>
    /// Takes over the log until the process exits, because the libraries may log after managed code can no longer run.
    /// </summary>
    /// <param name="avutil">The loaded libavutil.</param>
    internal static void Install(nint avutil)
    {
        nint original = NativeLibrary.GetExport(avutil, "av_log_default_callback");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => LibAv.av_log_set_callback(original);
        LibAv.av_log_set_callback((nint)(delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void>)&OnLine);
    }

    // C's va_list is passed on untouched: on 64-bit Linux it is a pointer, both on x86-64 (an array) and on aarch64 (a large
    // struct).
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLine(nint source, int level, byte* format, nint arguments)
    {
        try
        {
            // The upper bits encode a colour.
            level &= 0xFF;
            ReadOnlySpan<byte> words = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(format);
            if (level <= AvLogInfo && IsLossReport(words)) _losses++;
            if (level <= AvLogError && words.StartsWith("Picture size %ux%u exceeds"u8)) _tooLarge++;
            Route? route = _route ?? _latest;
            ReferenceGuard? guard = _guard is not null && ReferenceGuard.CanAnnounce(words) ? _guard : null;
            bool isWanted = route is not null && level <= route.MaxLevel;
            if (!isWanted && guard is null) return;

            // The arguments can be read only once.
            int size = guard is null ? LineSize : ReferenceGuard.LongestLine;
            byte* buffer = stackalloc byte[size];
            int printPrefix = _withinLine ? 0 : 1;
            _ = LibAv.av_log_format_line2(source, level, format, arguments, buffer, size, &printPrefix);
            string text = (Marshal.PtrToStringUTF8((nint)buffer) ?? "").TrimEnd();
            if (guard?.Check(text) is { } foreign && route is not null)
            {
                _lastError = route.Mask($"it refers to {foreign}");
                route.Sink(FFmpegLogLevel.Error, _lastError);
            }

            if (!isWanted) return;
            _withinLine = printPrefix == 0;
            string line = route!.Mask(ObjectAddress().Replace(text, ""));
            if (line.Length == 0) return;
            if (level <= AvLogError && _route is not null) _lastError = line;
            route.Sink(LevelOf(level), line);
        }
        catch
        {
            // No exception may reach C, and a failing log must not stop a feed.
        }
    }

    /// <summary>
    /// Matches format prefixes, which are the same from 4.3 to 9.0; the damaged-feed tests run on each release.
    /// </summary>
    private static bool IsLossReport(ReadOnlySpan<byte> format) =>
        format.StartsWith("RTP: missed "u8)
        || format.StartsWith("RTP: PT=%02x: bad cseq"u8)
        || format.StartsWith("Packet corrupt "u8)
        || format.StartsWith("concealing "u8)
        || format.StartsWith("Could not find ref with POC"u8)
        || format.StartsWith("Missing reference picture"u8);

    private static FFmpegLogLevel LevelOf(int level) => level switch
    {
        <= AvLogFatal => FFmpegLogLevel.Fatal,
        <= AvLogError => FFmpegLogLevel.Error,
        <= AvLogWarning => FFmpegLogLevel.Warning,
        _ => FFmpegLogLevel.Info,
    };

    /// <summary>FFmpeg prints the logging object's memory address, which is meaningless and differs each time.</summary>
    [GeneratedRegex(@" @ 0x[0-9a-f]+(?=\])")]
    private static partial Regex ObjectAddress();

    private sealed record Route(FFmpegLogLine Sink, int MaxLevel, Func<string, string> Mask);
}
