using System.Diagnostics;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.IntegrationTests.Pipeline;
using LusEdge.Metering;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Live feeds for as long as it takes to see what grows. Only for tests/run.sh --all.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoakTests
{
    /// <summary>By itself, because it measures the process: other tests' models would be counted too.</summary>
    public const string Name = "alone";

    private const int Rate = 25;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>Until here memory still settles: buffers, compiled code.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task An_rtsp_and_a_udp_feed_are_graded_for_ten_minutes_and_every_frame_is_accounted_for()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes ten minutes: run tests/run.sh --all");
        using RtspServer server = RtspServer.Start();
        int port = LoopbackPort.Free();
        using ChildProcess sender = FFmpegTool.Start(
            "-re", "-f", "lavfi", "-i", $"color=gray:s=640x480:r={Rate},noise=alls=20:allf=t", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
            "-g", $"{Rate}", "-f", "mpegts", $"udp://127.0.0.1:{port}?pkt_size=1316");
        using var rtsp = new PipelineRun(Options(server.Url("gray"))) { KeepsFrames = false };
        using var udp = new PipelineRun(Options($"udp://127.0.0.1:{port}")) { KeepsFrames = false };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        long begun = Stopwatch.GetTimestamp();
        Task[] runs = [.. new[] { rtsp, udp }.Select(run => Task.Factory.StartNew(() => run.ToItsEnd(stop.Token), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

        await Task.Delay(Settled, stop.Token);
        (long memory, int handles) settled = Footprint();
        await Task.WhenAny([.. runs, Task.Delay(Length - Settled, stop.Token)]);
        (long memory, int handles) atEnd = Footprint();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(runs);

        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{seconds:0} s; memory {settled.memory >> 20} -> {atEnd.memory >> 20} MiB, handles {settled.handles} -> {atEnd.handles}");
        foreach ((string name, PipelineRun run) in (ReadOnlySpan<(string, PipelineRun)>)[("rtsp", rtsp), ("udp", udp)])
        {
            LedgerCounts ledger = run.Ledger;
            long overload = ledger.Dropped.GetValueOrDefault(DropReason.Overload);
            output.WriteLine(
                $"{name}: captured {ledger.Captured} = scored {ledger.Scored} + withheld {ledger.Withheld.Values.Sum()} + dropped {ledger.Dropped.Values.Sum()} (overload {overload}) + corrupt {ledger.Corrupt} + in flight {ledger.InFlight}");
            // What the reader has just handed over is dropped when the feed is disposed, and the account closed there.
            Assert.Equal(0, ledger.Imbalance);
            Assert.InRange(ledger.InFlight, 0, 2);
            Assert.InRange(ledger.Captured, seconds * Rate * 0.98, (seconds + 3) * Rate * 1.02);
            Assert.InRange(ledger.Scored, ledger.Captured * 0.95, ledger.Captured);
            Assert.Equal(0, ledger.Withheld.GetValueOrDefault(FrameState.Failed));
        }

        Assert.True(atEnd.memory - settled.memory < 20 << 20, "memory grows");
        Assert.True(atEnd.handles <= settled.handles + 2, "handles grow");
    }

    private static LusEdgeOptions Options(string source) => new() { Capture = new CaptureOptions { Source = source } };

    private static (long Memory, int Handles) Footprint()
    {
        using var self = Process.GetCurrentProcess();
        return (self.WorkingSet64, Directory.GetFiles("/proc/self/fd").Length);
    }
}
