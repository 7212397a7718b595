using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>An opened source: reads the packets of its video stream. One thread at a time.</summary>
public sealed unsafe class Demuxer : IDisposable
{
    private const int VideoType = 0; // AVMEDIA_TYPE_VIDEO
    private const int SeekByte = 2; // AVSEEK_FLAG_BYTE
    private readonly FormatContextHandle _context;
    private readonly ReadDeadline _deadline;
    private readonly ReferenceGuard? _guard;
    private readonly int _index;

    private Demuxer(FormatContextHandle context, ReadDeadline deadline, ReferenceGuard? guard, int index, nint decoder)
    {
        _guard = guard;
        _context = context;
        _deadline = deadline;
        _index = index;
        DecoderPointer = decoder;
        FFmpegRelease release = FFmpegLibraries.Release;
        nint pointer = context.DangerousGetHandle();
        nint stream = (*(nint**)(pointer + FFmpegRelease.FormatStreams))[index];
        CodecParameters = *(nint*)(stream + release.CodecParameters);
        TimeBase = ToRational(*(AVRational*)(stream + release.TimeBase));
        FrameRate = ToRational(LibAv.av_guess_frame_rate(context, stream, 0));
        Format = Text(*(nint*)(*(nint*)(pointer + FFmpegRelease.FormatInputFormat) + FFmpegRelease.InputFormatName));
        Codec = Text(LibAv.avcodec_get_name(*(int*)(CodecParameters + FFmpegRelease.CodecParametersId)));
    }

    /// <summary>FFmpeg's name for the container, protocol or device, for instance <c>mpegts</c>.</summary>
    public string Format { get; }

    /// <summary>FFmpeg's name for the codec, for instance <c>h264</c>.</summary>
    public string Codec { get; }

    /// <summary>Seconds per unit of the stream's timestamps.</summary>
    public Rational TimeBase { get; }

    /// <summary>Frames per second as FFmpeg guesses them; not positive if it can't.</summary>
    public Rational FrameRate { get; }

    /// <summary>
    /// Stamps packets from now on with the wall-clock time (UTC since 1970) at which they were read off the line, or goes back to
    /// the source's own timestamps. Only for streams without B-frames, because the stamps follow packet order.
    /// </summary>
    /// <returns>Whether FFmpeg accepted the setting.</returns>
    public bool StampWithWallClock(bool stamp) =>
        new AvResult(LibAv.av_opt_set(_context, "use_wallclock_as_timestamps", stamp ? "1" : "0", 0)).IsOk;

    /// <summary>Drops the packets read while the source was probed, so that the next one comes off the line.</summary>
    public AvResult DropReadAhead() => new(LibAv.avformat_flush(_context));

    /// <summary>Rewinds a file to its first byte.</summary>
    /// <returns>Ok, or an error: not every format can.</returns>
    public AvResult Rewind() => new(LibAv.av_seek_frame(_context, -1, 0, SeekByte));

    internal nint CodecParameters { get; }

    internal nint DecoderPointer { get; }

    /// <summary>Opens a source and finds its video stream.</summary>
    /// <param name="url">A path, URL, device or filter graph.</param>
    /// <param name="format">FFmpeg's name for the format or device, null to detect it.</param>
    /// <param name="options">
    /// Format and protocol options, by FFmpeg's names; among them the whitelists, if the format is detected.
    /// </param>
    /// <param name="deadline">Armed by the caller: bounds the opening and every later read.</param>
    /// <exception cref="FFmpegException">The source can't be opened, has no video, or an option is unknown.</exception>
    public static Demuxer Open(string url, string? format, IReadOnlyDictionary<string, string> options, ReadDeadline deadline)
    {
        // The callback reads it from the start; once open, the context's handle holds it.
        bool held = false;
        try
        {
            deadline.DangerousAddRef(ref held);
            return OpenHeld(url, format, options, deadline);
        }
        finally
        {
            if (held) deadline.DangerousRelease();
        }
    }

    /// <summary>Reads the next packet of the video stream.</summary>
    /// <param name="packet">Empty; filled on success.</param>
    /// <returns>
    /// Ok, <see cref="AvResult.Again"/> (a device has none yet), <see cref="AvResult.End"/>, <see cref="AvResult.Interrupted"/>,
    /// <see cref="AvResult.ForeignReference"/>, or another error.
    /// </returns>
    public AvResult Read(Packet packet)
    {
        FFmpegLog.Guard(_guard);
        while (true)
        {
            AvResult result = new(LibAv.av_read_frame(_context, packet.Handle));

            // After a stall the parser still returns what it had buffered; without this test, detecting a stall takes twice as
            // long.
            if (_deadline.HasPassed)
            {
                packet.Clear();
                return _deadline.IsRefused ? AvResult.ForeignReference : AvResult.Interrupted;
            }

            if (!result.IsOk || packet.StreamIndex == _index) return result;
            packet.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private static Rational ToRational(AVRational value) => new(value.Num, value.Den);

    private static Demuxer OpenHeld(
        string url, string? format, IReadOnlyDictionary<string, string> options, ReadDeadline deadline)
    {
        nint inputFormat = 0;
        if (format is not null && (inputFormat = LibAv.av_find_input_format(format)) == 0)
        {
            throw new FFmpegException(AvResult.DemuxerNotFound, $"open \"{format}\"");
        }

        nint opening = LibAv.avformat_alloc_context();
        if (opening == 0) throw new FFmpegException(AvResult.OutOfMemory, "open the source");
        nint* interrupt = (nint*)(opening + FFmpegLibraries.Release.InterruptCallback);
        interrupt[0] = ReadDeadline.Callback;
        interrupt[1] = deadline.DangerousGetHandle();

        // A device or a filter graph is opened by name, and only the configuration names it.
        ReferenceGuard? guard = format is null ? new ReferenceGuard(url, deadline) : null;
        FFmpegLog.Guard(guard);
        using var given = new OptionDictionary(options);
        fixed (nint* dictionary = &given.Reference)
        {
            // Frees the context on failure. Not every protocol reports the deadline as the cause.
            AvResult opened = new(LibAv.avformat_open_input(&opening, url, inputFormat, dictionary));
            if (!opened.IsOk && deadline.HasPassed)
                opened = deadline.IsRefused ? AvResult.ForeignReference : AvResult.Interrupted;
            opened.ThrowIfFailed("open the source");
        }

        var context = new FormatContextHandle(opening, deadline);
        try
        {
            // FFmpeg 4 can't bind RTP to one address.
            given.ThrowIfAnyIsLeft("open the source", url.StartsWith("rtp:", StringComparison.Ordinal) ? "localaddr" : null);
            FindStreams(context);

            // If the deadline passes, the search ends early and looks like success; so does an HLS playlist that is refused.
            if (deadline.IsRefused) throw new FFmpegException(AvResult.ForeignReference, "open the source");
            if (deadline.HasPassed) throw new FFmpegException(AvResult.Interrupted, "probe the source");
            nint decoder = 0;
            int index = LibAv.av_find_best_stream(context, VideoType, -1, -1, &decoder, 0);
            new AvResult(index).ThrowIfFailed("find a video stream");
            return new Demuxer(context, deadline, guard, index, decoder);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Probes the streams. FFmpeg decodes for this, with its own decoders, which need the same limit.</summary>
    private static void FindStreams(FormatContextHandle context)
    {
        int count = *(int*)(context.DangerousGetHandle() + FFmpegRelease.FormatStreamCount);
        nint* limits = (nint*)NativeMemory.AllocZeroed((nuint)Math.Max(1, count), (nuint)sizeof(nint));
        try
        {
            for (int i = 0; i < count; i++)
                _ = LibAv.av_dict_set(&limits[i], Decoder.PixelLimit, Decoder.MaxPixelsText, 0);
            new AvResult(LibAv.avformat_find_stream_info(context, (nint)limits)).ThrowIfFailed("probe the source");
        }
        finally
        {
            for (int i = 0; i < count; i++) LibAv.av_dict_free(&limits[i]);
            NativeMemory.Free(limits);
        }
    }

    private static string Text(nint utf8) => Marshal.PtrToStringUTF8(utf8) ?? "unknown";
}
