using System.Globalization;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>A chain of FFmpeg's filters for pictures of one size and format, one picture out for each picture in. One thread at a time.</summary>
public sealed unsafe class PictureFilter : IDisposable
{
    private const int KeepReference = 8; // AV_BUFFERSRC_FLAG_KEEP_REF
    private readonly FilterGraphHandle _graph;
    private readonly nint _in;
    private readonly nint _out;

    private PictureFilter(FilterGraphHandle graph, nint input, nint output)
    {
        _graph = graph;
        _in = input;
        _out = output;
    }

    /// <summary>Builds the chain for pictures such as this one.</summary>
    /// <param name="chain">In FFmpeg's filter syntax, for instance <c>format=gray</c>.</param>
    /// <param name="like">Its size and pixel format are those of every picture to come.</param>
    /// <exception cref="FFmpegException">The chain is not understood, or does not fit the pictures.</exception>
    public static PictureFilter Create(string chain, Picture like)
    {
        // The time base passes through unused: one picture in is one picture out, and its time is kept by the caller.
        string whole = string.Create(
            CultureInfo.InvariantCulture,
            $"buffer@in=video_size={like.Width}x{like.Height}:pix_fmt={like.PixelFormatName}:time_base=1/1:pixel_aspect=1/1,{chain},buffersink@out");
        FilterGraphHandle graph = LibAv.avfilter_graph_alloc();
        if (graph.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "make a filter graph");
        try
        {
            new AvResult(LibAv.av_opt_set(graph, "threads", "1", 0)).ThrowIfFailed("set the filter's threads");
            nint inputs = 0;
            nint outputs = 0;
            AvResult parsed = new(LibAv.avfilter_graph_parse2(graph, whole, &inputs, &outputs));
            LibAv.avfilter_inout_free(&inputs);
            LibAv.avfilter_inout_free(&outputs);
            parsed.ThrowIfFailed($"understand the filter \"{chain}\"");
            new AvResult(LibAv.avfilter_graph_config(graph, 0)).ThrowIfFailed($"fit the filter \"{chain}\" to the picture");
            return new PictureFilter(graph, LibAv.avfilter_graph_get_filter(graph, "buffer@in"), LibAv.avfilter_graph_get_filter(graph, "buffersink@out"));
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Passes a picture through.</summary>
    /// <param name="picture">Emptied, because its pixels move into the chain, unless it is to be kept.</param>
    /// <param name="filtered">Empty; takes what comes out, without a copy.</param>
    /// <param name="keep">Whether the picture is needed once more: it then stays as it is.</param>
    public AvResult Process(Picture picture, Picture filtered, bool keep = false)
    {
        AvResult added = new(LibAv.av_buffersrc_add_frame_flags(_in, picture.Handle, keep ? KeepReference : 0));
        return added.IsOk ? new AvResult(LibAv.av_buffersink_get_frame(_out, filtered.Handle)) : added;
    }

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();
}
