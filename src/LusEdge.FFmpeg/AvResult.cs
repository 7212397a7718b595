using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// A C function's return value: zero or above for success, otherwise an FFmpeg error code. A value type, so that the end of a
/// file costs no exception.
/// </summary>
/// <param name="Code">The C return value.</param>
public readonly record struct AvResult(int Code)
{
    /// <summary>End of the stream.</summary>
    public static readonly AvResult End = Tag('E', 'O', 'F', ' ');

    /// <summary>The read deadline passed, or the read was cancelled.</summary>
    public static readonly AvResult Interrupted = Tag('E', 'X', 'I', 'T');

    /// <summary>The data is damaged or in no known format.</summary>
    public static readonly AvResult InvalidData = Tag('I', 'N', 'D', 'A');

    /// <summary>There is no stream of the requested type.</summary>
    public static readonly AvResult StreamNotFound = Tag('\xF8', 'S', 'T', 'R');

    /// <summary>This FFmpeg has no decoder for the stream.</summary>
    public static readonly AvResult DecoderNotFound = Tag('\xF8', 'D', 'E', 'C');

    /// <summary>This FFmpeg has no demuxer or device of that name.</summary>
    public static readonly AvResult DemuxerNotFound = Tag('\xF8', 'D', 'E', 'M');

    /// <summary>The source refers to another host, or to a second file (EPERM).</summary>
    public static readonly AvResult ForeignReference = new(-1);

    /// <summary>This FFmpeg has no protocol of that name.</summary>
    public static readonly AvResult ProtocolNotFound = Tag('\xF8', 'P', 'R', 'O');

    /// <summary>There is no option of that name.</summary>
    public static readonly AvResult OptionNotFound = Tag('\xF8', 'O', 'P', 'T');

    /// <summary>An HTTP or RTSP server wants a user name and password, or rejects the given ones (401).</summary>
    public static readonly AvResult HttpUnauthorized = Tag('\xF8', '4', '0', '1');

    /// <summary>An HTTP or RTSP server denies access (403).</summary>
    public static readonly AvResult HttpForbidden = Tag('\xF8', '4', '0', '3');

    /// <summary>An HTTP or RTSP server has nothing at this address (404).</summary>
    public static readonly AvResult HttpNotFound = Tag('\xF8', '4', '0', '4');

    /// <summary>An HTTP or RTSP server reports an internal error (500 to 599).</summary>
    public static readonly AvResult HttpServerError = Tag('\xF8', '5', 'X', 'X');

    /// <summary>Try again: send the decoder a packet, or poll the device later.</summary>
    public static readonly AvResult Again = new(-11);

    /// <summary>The file does not exist (ENOENT).</summary>
    public static readonly AvResult NoSuchFile = new(-2);

    /// <summary>The file or device is not readable by this user (EACCES).</summary>
    public static readonly AvResult PermissionDenied = new(-13);

    /// <summary>Another program is using the device (EBUSY).</summary>
    public static readonly AvResult Busy = new(-16);

    /// <summary>The device was unplugged, or is of another kind (ENODEV).</summary>
    public static readonly AvResult NoSuchDevice = new(-19);

    /// <summary>Out of memory (ENOMEM).</summary>
    public static readonly AvResult OutOfMemory = new(-12);

    /// <summary>Invalid argument (EINVAL).</summary>
    public static readonly AvResult InvalidArgument = new(-22);

    /// <summary>Whether the call succeeded.</summary>
    public bool IsOk => Code >= 0;

    /// <summary>For calls that are not expected to fail.</summary>
    /// <param name="operation">What was tried, for instance <c>open the decoder</c>.</param>
    /// <exception cref="FFmpegException">The call failed.</exception>
    public void ThrowIfFailed(string operation)
    {
        if (!IsOk) throw new FFmpegException(this, operation);
    }

    /// <summary>FFmpeg's own words and the code, for instance <c>End of file (-541478725)</c>.</summary>
    public override unsafe string ToString()
    {
        const int Size = 128;
        byte* text = stackalloc byte[Size];
        return FFmpegLibraries.IsLoaded && LibAv.av_strerror(Code, text, Size) >= 0
            ? $"{Marshal.PtrToStringUTF8((nint)text)} ({Code})"
            : $"error {Code}";
    }

    // FFmpeg's own errors are four characters, negated.
    private static AvResult Tag(char a, char b, char c, char d) => new(-(a | (b << 8) | (c << 16) | (d << 24)));
}
