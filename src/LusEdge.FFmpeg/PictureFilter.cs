using System.Globalization;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// An FFmpeg filter chain for pictures of one size and format: one picture in, one picture out. One thread at a time.
/// </summary>
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

    /// <summary>Builds the chain for pictures like the given one.</summary>
    /// <param name="chain">In FFmpeg's filter syntax, for instance <c>format=gray</c>.</param>
    /// <param name="like">All later pictures have its size and pixel format.</param>
    /// <exception cref="FFmpegException">The chain is invalid or does not fit the pictures.</exception>
    public static PictureFilter Create(string chain, Picture like)
    {
        // The time base is unused: one picture in is one picture out, and the caller keeps its time.
        string whole = string.Create(
            CultureInfo.InvariantCulture,
            $"buffer@in=video_size={like.Width}x{like.Height}:pix_fmt={like.PixelFormatName}:time_base=1/1:pixel_aspect=1/1,"
            + $"{chain},buffersink@out");
        FilterGraphHandle graph = LibAv.avfilter_graph_alloc();
        if (graph.IsInvalid) throw new FFmpegException(AvResult.OutOfMemory, "allocate a filter graph");
        try
        {
            new AvResult(LibAv.av_opt_set(graph, "threads", "1", 0)).ThrowIfFailed("set the filter's thread count");
            nint inputs = 0;
            nint outputs = 0;
            AvResult parsed = new(LibAv.avfilter_graph_parse2(graph, whole, &inputs, &outputs));
            LibAv.avfilter_inout_free(&inputs);
            LibAv.avfilter_inout_free(&outputs);
            parsed.ThrowIfFailed($"parse the filter \"{chain}\"");
            new AvResult(LibAv.avfilter_graph_config(graph, 0)).ThrowIfFailed($"fit the filter \"{chain}\" to the picture");
            return new PictureFilter(
                graph,
                LibAv.avfilter_graph_get_filter(graph, "buffer@in"),
                LibAv.avfilter_graph_get_filter(graph, "buffersink@out"));
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Filters a picture.</summary>
    /// <param name="picture">Its pixels move into the chain, leaving it empty, unless <paramref name="keep"/> is true.</param>
    /// <param name="filtered">Empty; receives the output, without a copy.</param>
    /// <param name="keep">Whether the caller still needs the picture.</param>
    public AvResult Process(Picture picture, Picture filtered, bool keep = false)
    {
        AvResult added = new(LibAv.av_buffersrc_add_frame_flags(_in, picture.Handle, keep ? KeepReference : 0));
        return added.IsOk ? new AvResult(LibAv.av_buffersink_get_frame(_out, filtered.Handle)) : added;
    }

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();
}
