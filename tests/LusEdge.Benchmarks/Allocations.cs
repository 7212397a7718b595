using LusEdge.Capture.Source;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Benchmarks;

/// <summary>Managed memory over many frames.</summary>
/// <param name="Frames">How many frames.</param>
/// <param name="Bytes">Bytes that all threads together allocated.</param>
/// <param name="Collections">Garbage collections of all generations.</param>
internal sealed record AllocationFigures(int Frames, long Bytes, int Collections)
{
    public double BytesPerFrame => (double)Bytes / Frames;
}

/// <summary>Managed memory per frame, from capture to aggregate. Counts the whole process, so that nothing is missed.</summary>
internal static class Allocations
{
    /// <summary>Frames until the code is fully compiled and every buffer exists.</summary>
    private const int WarmUp = 500;

    public static AllocationFigures Measure(Bench bench, ModelOptions options, Sizes sizes)
    {
        using SeverityModel model =
            SeverityModel.Load(options.ResolveDirectory(), options, NullLogger<SeverityModel>.Instance);
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
