using System.Diagnostics;
using LusEdge.Health;
using LusEdge.Publish.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Benchmarks;

/// <summary>How long a clip's event takes to reach the disk: what a kill -9 at that moment can lose.</summary>
/// <param name="Times">From the end of the clip to the return of fsync, one per event, in ascending order.</param>
/// <param name="FileSystem">Where they were written.</param>
internal sealed record CommitFigures(IReadOnlyList<TimeSpan> Times, string FileSystem);

/// <summary>Commits one event after another, each of a clip's size, to a store of its own.</summary>
internal static class EventCommits
{
    /// <summary>The size of a clip message, in bytes.</summary>
    private const int ClipBytes = 1200;

    public static async Task<CommitFigures> MeasureAsync(Bench bench, Sizes sizes)
    {
        Console.Error.WriteLine($"{sizes.Commits} events");
        string file = Path.Combine(bench.Root, "artifacts", $"events-{Guid.NewGuid():N}.db");
        try
        {
            return new CommitFigures([.. (await CommitAsync(file, sizes.Commits)).Order()], new DriveInfo(file).DriveFormat);
        }
        finally
        {
            foreach (string suffix in (string[])["", "-wal", "-shm"]) File.Delete(file + suffix);
        }
    }

    private static async Task<List<TimeSpan>> CommitAsync(string file, int commits)
    {
        var times = new List<TimeSpan>();
        using EventStore store = await EventStore.OpenAsync(
            file, 64 << 20, new HealthBoard(), TimeProvider.System, NullLogger.Instance);
        var boot = Guid.NewGuid();
        for (int seq = 1; seq <= commits; seq++)
        {
            var clip = new NewEvent("lus/v1/site/bench/clip", new byte[ClipBytes], boot, seq, TimeProvider.System.GetUtcNow());
            long ended = Stopwatch.GetTimestamp();
            store.Append(clip);
            while (store.LastId < seq) await store.Committed.WaitAsync(CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(ended));
        }

        await store.CloseAsync(TimeSpan.FromSeconds(5));
        return times;
    }
}
