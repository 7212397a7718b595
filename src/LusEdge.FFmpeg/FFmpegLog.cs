using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>How grave FFmpeg takes a line of its log to be. Its "error" is an ordinary event of a live feed: a damaged picture, say.</summary>
public enum FFmpegLogLevel
{
    /// <summary>FFmpeg can't go on.</summary>
    Fatal,

    /// <summary>Something could not be read, decoded or reached.</summary>
    Error,

    /// <summary>Something looks wrong.</summary>
    Warning,

    /// <summary>For information; what is finer is not asked for.</summary>
    Info,
}

/// <summary>Takes a line of FFmpeg's log. Called on whatever thread FFmpeg logs from; must not call into FFmpeg.</summary>
/// <param name="level">How grave it is.</param>
/// <param name="line">The line without its end, credentials masked.</param>
public delegate void FFmpegLogLine(FFmpegLogLevel level, string line);

/// <summary>Takes FFmpeg's log lines from standard error to where the program wants them.</summary>
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

    private static volatile Route? _latest;

    /// <summary>The last line of level error or fatal on this thread since <see cref="Attach"/> or <see cref="Forget"/>: often the cause that a bare error code hides.</summary>
    public static string? LastError => _lastError;

    /// <summary>
    /// How often FFmpeg has said on this thread that something of a stream did not arrive or had to be made up. For some of it there is
    /// no other sign: a picture that was lost whole on its way over RTP, say, or (before 5.0) the flag of a damaged packet.
    /// </summary>
    public static int Losses => _losses;

    /// <summary>
    /// From now on, what FFmpeg logs on this thread goes to <paramref name="sink"/>. So does what it logs on threads of its own,
    /// which belong to no caller, until another sink is attached.
    /// </summary>
    /// <param name="sink">Where the lines go.</param>
    /// <param name="finest">What is finer is not even put into words: some releases have something to say about every frame. Errors always are.</param>
    public static void Attach(FFmpegLogLine sink, FFmpegLogLevel finest)
    {
        int most = finest switch
        {
            FFmpegLogLevel.Info => AvLogInfo,
            FFmpegLogLevel.Warning => AvLogWarning,
            _ => AvLogError,
        };
        _latest = _route = new Route(sink, most);
        _withinLine = false;
        Forget();
    }

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    public static void Detach()
    {
        if (_latest == _route) _latest = null;
        _route = null;
    }

    /// <summary>Empties <see cref="LastError"/>.</summary>
    public static void Forget() => _lastError = null;

    /// <summary>Takes over the log, and gives it back when the process exits: libraries may log later than managed code can run.</summary>
    /// <param name="avutil">The loaded libavutil.</param>
    internal static void Install(nint avutil)
    {
        nint original = NativeLibrary.GetExport(avutil, "av_log_default_callback");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => LibAv.av_log_set_callback(original);
        LibAv.av_log_set_callback((nint)(delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void>)&OnLine);
    }

    // C's va_list is handed on untouched: on 64-bit Linux it is passed as a pointer, on x86-64 (an array) and aarch64 (a large struct) alike.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLine(nint source, int level, byte* format, nint arguments)
    {
        try
        {
            // The upper bits are a colour.
            level &= 0xFF;
            if (level <= AvLogInfo && TellsOfLoss(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(format))) _losses++;
            Route? route = _route ?? _latest;
            if (route is null || level > route.Most) return;

            byte* buffer = stackalloc byte[LineSize];
            int printPrefix = _withinLine ? 0 : 1;
            _ = LibAv.av_log_format_line2(source, level, format, arguments, buffer, LineSize, &printPrefix);
            _withinLine = printPrefix == 0;
            string text = (Marshal.PtrToStringUTF8((nint)buffer) ?? "").TrimEnd();
            string line = Credentials.Mask(ObjectAddress().Replace(text, ""));
            if (line.Length == 0) return;
            if (level <= AvLogError && _route is not null) _lastError = line;
            route.Sink(LevelOf(level), line);
        }
        catch
        {
            // Nothing may pass into C, and a log that fails must not stop a feed.
        }
    }

    /// <summary>By the beginnings of the lines' formats, which are the same from 4.3 to 9.0; the tests of damaged feeds run on each release.</summary>
    private static bool TellsOfLoss(ReadOnlySpan<byte> format) =>
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

    /// <summary>FFmpeg names the object that speaks with its address in memory, which tells nobody anything and differs each time.</summary>
    [GeneratedRegex(@" @ 0x[0-9a-f]+(?=\])")]
    private static partial Regex ObjectAddress();

    private sealed record Route(FFmpegLogLine Sink, int Most);
}
