using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>Turns packets into pictures. One thread at a time.</summary>
public sealed unsafe class Decoder : IDisposable
{
    private readonly CodecContextHandle _context;

    private Decoder(CodecContextHandle context) => _context = context;

    /// <summary>Whether each picture comes out as soon as its packet is in, as far as the stream tells: it has no B-frames. False where that is not known.</summary>
    public bool KeepsOrder
    {
        get
        {
            long heldBack = 0;
            return new AvResult(LibAv.av_opt_get_int(_context, "has_b_frames", 0, &heldBack)).IsOk && heldBack == 0;
        }
    }

    /// <summary>Opens FFmpeg's decoder for a source's video stream, on one thread: more of them hold pictures back, and the other cores have work.</summary>
    /// <param name="source">The source; its stream's parameters are copied.</param>
    /// <exception cref="FFmpegException">The decoder does not take the stream.</exception>
    public static Decoder Open(Demuxer source)
    {
        CodecContextHandle context = LibAv.avcodec_alloc_context3(source.DecoderPointer);
        if (context.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "make a decoder");
        try
        {
            new AvResult(LibAv.avcodec_parameters_to_context(context, source.CodecParameters)).ThrowIfFailed("take over the stream's parameters");
            using var options = new OptionDictionary(new Dictionary<string, string> { ["threads"] = "1" });
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

    /// <summary>Hands a packet in. Never answers <see cref="AvResult.Again"/> when <see cref="Receive"/> has just done so.</summary>
    /// <param name="packet">Stays the caller's.</param>
    public AvResult Send(Packet packet) => new(LibAv.avcodec_send_packet(_context, packet.Handle));

    /// <summary>Says that no packet will come any more: <see cref="Receive"/> then hands out the pictures that were held back.</summary>
    public AvResult SendEnd() => new(LibAv.avcodec_send_end(_context, 0));

    /// <summary>Takes the next picture.</summary>
    /// <param name="picture">Whatever it held is given back first.</param>
    /// <returns>Ok, <see cref="AvResult.Again"/> (a packet is wanted), <see cref="AvResult.End"/>, or what went wrong with one picture.</returns>
    public AvResult Receive(Picture picture) => new(LibAv.avcodec_receive_frame(_context, picture.Handle));

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
