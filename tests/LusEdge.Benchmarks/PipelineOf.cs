using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Preprocess;
using LusEdge.Publish;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Benchmarks;

/// <summary>The appliance's own pipeline, wired as <c>replay</c> wires it.</summary>
internal static class PipelineOf
{
    /// <summary>Runs it over a clip until the sink has had enough, or to the clip's end.</summary>
    public static void Run(CaptureOptions capture, SeverityModel model, IReadingSink sink, CancellationToken enough)
    {
        var options = new LusEdgeOptions { Capture = capture };
        var meter = new PipelineMeter();
        using var feed = new VideoFeed(options.Capture, meter.Ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        var preprocessor = Preprocessor.For(options.Preprocess, feed);
        feed.Start();
        new FramePipeline(options, feed, preprocessor, model, sink, meter, TimeProvider.System).Run(enough);
    }
}
