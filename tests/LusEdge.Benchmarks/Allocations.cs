using LusEdge.Capture.Source;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Benchmarks;

/// <summary>Managed memory over many frames.</summary>
/// <param name="Frames">So many.</param>
/// <param name="Bytes">That all threads together allocated meanwhile.</param>
/// <param name="Collections">Of the garbage collector, of all generations, meanwhile.</param>
internal sealed record AllocationFigures(int Frames, long Bytes, int Collections)
{
    public double BytesPerFrame => (double)Bytes / Frames;
}

/// <summary>What a frame costs in managed memory, from capture to aggregate: of the whole process, so that nothing is overlooked.</summary>
internal static class Allocations
{
    /// <summary>Until code is compiled in its final form, and every buffer has been made.</summary>
    private const int WarmUp = 500;

    public static AllocationFigures Measure(Bench bench, ModelOptions options, Sizes sizes)
    {
        using SeverityModel model = SeverityModel.Load(options.ResolveDirectory(), options, NullLogger<SeverityModel>.Instance);
        using var enough = new CancellationTokenSource();
        long bytes = 0;
        int collections = 0;
        Console.Error.WriteLine($"memory, {sizes.ManyFrames} frames");
        PipelineOf.Run(
            new CaptureOptions { Source = bench.LongClip },
            model,
            new CountingSink(
                WarmUp,
                WarmUp + sizes.ManyFrames,
                () => (collections, bytes) = (Collections(), GC.GetTotalAllocatedBytes(precise: true)),
                () =>
                {
                    (bytes, collections) = (GC.GetTotalAllocatedBytes(precise: true) - bytes, Collections() - collections);
                    enough.Cancel();
                }),
            enough.Token);
        return new AllocationFigures(sizes.ManyFrames, bytes, collections);
    }

    private static int Collections() => Enumerable.Range(0, GC.MaxGeneration + 1).Sum(GC.CollectionCount);
}
