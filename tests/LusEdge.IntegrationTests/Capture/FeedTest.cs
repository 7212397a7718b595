using System.Diagnostics;
using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Metering;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// Base of tests that run feeds. Afterwards it closes every feed and checks that every ledger balances with nothing in flight. It
/// does so in Dispose, so that a failure of the test itself is reported too.
/// </summary>
public abstract class FeedTest : IDisposable
{
    private readonly List<RunningFeed> _feeds = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-feeds-").FullName;

    /// <summary>Longer than anything takes on a busy machine.</summary>
    protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    protected FakeLogCollector Logs { get; } = new();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        foreach (RunningFeed running in _feeds) running.Dispose();
        Directory.Delete(_folder, recursive: true);
        Assert.All(_feeds, running =>
        {
            LedgerCounts counts = running.Ledger.Read();
            Assert.Equal((0, 0), (counts.Imbalance, counts.InFlight));
        });
    }

    /// <summary>A path in the test's temporary folder.</summary>
    protected string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>A clip made by the <c>ffmpeg</c> command.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="arguments">Everything before the name.</param>
    protected string Clip(string file, params string[] arguments)
    {
        string path = PathOf(file);
        FFmpegTool.Run([.. arguments, path]);
        return path;
    }

    /// <summary>A moving test picture of 100 frames at 25 fps, H.264 with B-frames and a key frame each second.</summary>
    protected string H264Clip(string file, string extra = "-bf 2 -g 25") => Clip(
        file,
        [
            "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-threads", "1",
            .. extra.Split(' '),
        ]);

    /// <summary>A feed that is not open yet.</summary>
    internal RunningFeed Make(CaptureOptions options, TimeProvider? time = null, Action? inspect = null)
    {
        var running = new RunningFeed(options, time ?? TimeProvider.System, new FakeLogger<VideoFeed>(Logs), inspect);
        _feeds.Add(running);
        return running;
    }

    /// <summary>A running feed.</summary>
    internal RunningFeed Run(CaptureOptions options, TimeProvider? time = null)
    {
        RunningFeed running = Make(options, time);
        running.Feed.Open();
        running.Feed.Start();
        return running;
    }

    internal RunningFeed Run(string source) => Run(new CaptureOptions { Source = source });

    /// <summary>A live feed that the reader opens by itself, as often as needed.</summary>
    internal RunningFeed RunLive(CaptureOptions options)
    {
        RunningFeed running = Make(options);
        running.Feed.Start();
        return running;
    }

    internal RunningFeed RunLive(string source) => RunLive(new CaptureOptions { Source = source });

    /// <summary>Waits for another thread or process.</summary>
    protected static async Task Until(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Timeout, $"timed out waiting until {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
