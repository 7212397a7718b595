using System.Diagnostics;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// What was held back must not pass for new. The sender's pictures carry their own time, as a gray level that rises from frame
/// to frame, so the tests know how old each one really is.
/// </summary>
public sealed class BacklogTests : FeedTest
{
    private const int Rate = 25;

    /// <summary>Gray levels that survive the encoder: one for every two frames, over eight seconds.</summary>
    private const int Levels = 100;

    /// <summary>A second, and what scheduling beside other work can add between the reader and the test.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(1.5);

    private readonly ManualResetEventSlim _flows = new(initialState: true);

    [Theory]
    [InlineData("-bf 0 -g 25")]
    [InlineData("-bf 2 -g 25")]
    public async Task Pictures_that_the_network_held_back_are_discarded_and_counted(string codec)
    {
        using ChildProcess sending = Encode(codec);
        using StreamServer server = Forward(sending);
        RunningFeed running = RunLive($"tcp://{server.Address}");
        var ages = new Ages(running);
        ages.Take(2 * Rate);

        _flows.Reset();
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        _flows.Set();
        ages.Take(2 * Rate);
        Assert.InRange(ages.Oldest, TimeSpan.Zero, TooOld);
        Assert.True(running.Ledger.Read().Dropped[DropReason.Backlog] > Rate);
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1016);
    }

    [Fact]
    public async Task A_reader_that_gets_too_little_time_hands_out_no_old_picture()
    {
        using ChildProcess sending = Encode("-bf 0 -g 25");
        using StreamServer server = Forward(sending);
        int starved = 0;
        RunningFeed running = Make(
            new CaptureOptions { Source = $"tcp://{server.Address}" },
            inspect: () =>
            {
                // Half as fast as the sender.
                if (Volatile.Read(ref starved) == 1) Burn(TimeSpan.FromSeconds(2.0 / Rate));
            });
        running.Feed.Start();
        var ages = new Ages(running);
        ages.Take(2 * Rate);

        Volatile.Write(ref starved, 1);
        long until = Stopwatch.GetTimestamp() + (4 * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until) ages.TakeIfAny(TimeSpan.FromMilliseconds(100));
        await Until(() => running.Ledger.Read().Dropped[DropReason.Backlog] > 5, "the backlog is noticed");
        Assert.NotNull(running.Feed.Rhythm.Discarded);

        Volatile.Write(ref starved, 0);
        ages.Take(2 * Rate);
        Assert.InRange(ages.Oldest, TimeSpan.Zero, TooOld);
        Assert.Null(running.Feed.Rhythm.Discarded);
    }

    [Fact]
    public void A_feed_of_two_frames_per_second_is_not_taken_for_a_backlog()
    {
        using ChildProcess sending = Encode("-bf 0 -g 1", rate: 2);
        using StreamServer server = Forward(sending);
        RunningFeed running = RunLive($"tcp://{server.Address}");
        for (int i = 0; i < 3; i++) Assert.NotNull(running.Next());
        long before = running.Ledger.Read().Dropped.GetValueOrDefault(DropReason.Backlog);
        for (int i = 0; i < 4; i++) Assert.NotNull(running.Next());
        Assert.Equal(before, running.Ledger.Read().Dropped.GetValueOrDefault(DropReason.Backlog));
    }

    /// <summary>A live encoder that writes a transport stream to its standard output.</summary>
    private static ChildProcess Encode(string codec, int rate = Rate) => FFmpegTool.Start([
        "-re", "-f", "lavfi", "-i", $"nullsrc=s=96x64:r={rate},geq=lum='30+2*mod(floor(N/2),{Levels})':cb=128:cr=128",
        "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "fastdecode", "-threads", "1",
        .. codec.Split(' '), "-flush_packets", "1", "-f", "mpegts", "-"]);

    /// <summary>Forwards the encoder's stream to the client; while <see cref="_flows"/> is reset, it is kept for later.</summary>
    private StreamServer Forward(ChildProcess encoder) => new(client =>
    {
        Stream stream = encoder.StandardOutput.BaseStream;
        byte[] buffer = new byte[65536];
        var held = new MemoryStream();
        while (stream.Read(buffer) is var read and > 0)
        {
            held.Write(buffer, 0, read);
            if (!_flows.IsSet) continue;
            client.Write(held.GetBuffer(), 0, (int)held.Length);
            held.SetLength(0);
        }
    });

    private static void Burn(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time) Thread.SpinWait(1000);
    }

    /// <summary>How old the pictures really are, from the gray level that they were sent with.</summary>
    private sealed class Ages(RunningFeed running)
    {
        private readonly List<(long SeenAt, int Level)> _seen = [];

        public TimeSpan Oldest
        {
            get
            {
                // The sender's clock: the picture of the lowest delay is taken to be new.
                const double Step = 2.0 / Rate;
                double[] offsets = [.. _seen.Select(s => (s.SeenAt / (double)Stopwatch.Frequency) - (s.Level * Step))];
                const double Cycle = Levels * Step;
                double first = offsets[0];
                double[] delays = [.. offsets.Select(offset => Math.IEEERemainder(offset - first, Cycle))];
                return TimeSpan.FromSeconds(delays.Max() - delays.Min());
            }
        }

        public void Take(int frames)
        {
            for (int i = 0; i < frames; i++) Add(running.Next()!);
        }

        public void TakeIfAny(TimeSpan within)
        {
            if (running.Feed.Take(within, out CapturedFrame? frame) == TakeResult.Frame) Add(running.See(frame!));
        }

        private void Add(SeenFrame frame)
        {
            // Limited range is stretched on the way to gray: 219 levels become 255.
            double lum = 16 + (frame.Pixels.Average(pixel => pixel) * 219 / 255);
            _seen.Add((frame.SeenAt, (int)Math.Round((lum - 30) / 2)));
        }
    }
}
