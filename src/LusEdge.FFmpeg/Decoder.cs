using System.Globalization;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>Decodes packets into pictures. One thread at a time.</summary>
public sealed unsafe class Decoder : IDisposable
{
    /// <summary>
    /// The largest picture, in pixels: 4096x2304, which is more than any scanner's screen. A decoder can hold twenty pictures, so
    /// larger ones take gigabytes.
    /// </summary>
    public const int MaxPixels = 4096 * 2304;

    internal const string PixelLimit = "max_pixels";
    internal static readonly string MaxPixelsText = MaxPixels.ToString(CultureInfo.InvariantCulture);
    private readonly CodecContextHandle _context;

    private Decoder(CodecContextHandle context) => _context = context;

    /// <summary>
    /// Whether pictures come out in packet order, as far as the stream declares: it has no B-frames. False if unknown.
    /// </summary>
    public bool KeepsOrder
    {
        get
        {
            long heldBack = 0;
            return new AvResult(LibAv.av_opt_get_int(_context, "has_b_frames", 0, &heldBack)).IsOk && heldBack == 0;
        }
    }

    /// <summary>
    /// Opens FFmpeg's decoder for a source's video stream, with one thread: more threads delay pictures, and the other cores are
    /// busy.
    /// </summary>
    /// <param name="source">The source; its stream's parameters are copied.</param>
    /// <exception cref="FFmpegException">The decoder rejects the stream.</exception>
    public static Decoder Open(Demuxer source)
    {
        CodecContextHandle context = LibAv.avcodec_alloc_context3(source.DecoderPointer);
        if (context.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "allocate a decoder");
        try
        {
            new AvResult(LibAv.avcodec_parameters_to_context(context, source.CodecParameters))
                .ThrowIfFailed("copy the stream's parameters");
            using var options = new OptionDictionary(
                new Dictionary<string, string> { ["threads"] = "1", [PixelLimit] = MaxPixelsText });
            fixed (nint* dictionary = &options.Reference)
            {
                new AvResult(LibAv.avcodec_open2(context, source.DecoderPointer, dictionary)).ThrowIfFailed("open the decoder");
            }

            return new Decoder(context);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Sends a packet. Never returns <see cref="AvResult.Again"/> right after <see cref="Receive"/> has.</summary>
    /// <param name="packet">Still owned by the caller.</param>
    public AvResult Send(Packet packet) => new(LibAv.avcodec_send_packet(_context, packet.Handle));

    /// <summary>Signals the end of the stream: <see cref="Receive"/> then returns the pictures still buffered.</summary>
    public AvResult SendEnd() => new(LibAv.avcodec_send_end(_context, 0));

    /// <summary>Receives the next picture.</summary>
    /// <param name="picture">Cleared first.</param>
    /// <returns>
    /// Ok, <see cref="AvResult.Again"/> (send a packet), <see cref="AvResult.End"/>, or the error of one picture.
    /// </returns>
    public AvResult Receive(Picture picture) => new(LibAv.avcodec_receive_frame(_context, picture.Handle));

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
