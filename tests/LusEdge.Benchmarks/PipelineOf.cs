using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Results;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Benchmarks;

/// <summary>The appliance's pipeline, wired as in <c>replay</c>.</summary>
internal static class PipelineOf
{
    /// <summary>Runs it over a clip until cancelled, or to the clip's end.</summary>
    public static void Run(CaptureOptions capture, SeverityModel model, IReadingSink sink, CancellationToken enough)
    {
        var options = new LusEdgeOptions { Capture = capture };
        var meter = new PipelineMeter(TimeProvider.System);
        using var feed = new VideoFeed(options.Capture, meter.Ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        feed.Start();
        using var inbox = new PipelineInbox();
        new FramePipeline(options, feed, model, inbox, sink, meter, TimeProvider.System).Run(enough);
    }
}
