using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Feeds over every protocol that carts use, on the loopback, opened by the reader like in the service.</summary>
public sealed class NetworkFeedTests : FeedTest
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    public static readonly TheoryData<string, string> Protocols = new()
    {
        { "udp", "udp://{0}?pkt_size=1316" },
        { "tcp", "tcp://{0}?listen=1" },
        { "http", "http://{0}" },
        { "srt", "srt://{0}?mode=listener" },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public void A_feed_that_comes_up_after_the_program_is_found_and_read(string protocol, string sender)
    {
        Assert.SkipUnless(FFmpegTool.Speaks(protocol), $"this ffmpeg has no {protocol}");
        string address = $"127.0.0.1:{LoopbackPort.Free()}";
        RunningFeed running = RunLive($"{protocol}://{address}");
        Assert.True(running.Feed.CanComeBack);
        Assert.Null(running.Feed.Description);
        Assert.False(running.Feed.IsConnected);
        using ChildProcess sending = Send(string.Format(CultureInfo.InvariantCulture, sender, address), "-bf 0");

        SeenFrame first = running.Next()!;
        Assert.Equal((true, new PictureSize(96, 64)), (first.StartsClip, first.SourceSize));
        List<SeenFrame> frames = [.. Enumerable.Range(0, 40).Select(_ => running.Next()!)];
        Assert.Equal((true, null), (running.Feed.IsConnected, running.Feed.LastError));
        FeedDescription feed = running.Feed.Description!;
        Assert.Equal(("h264", Interval, new PictureSize(96, 64)), (feed.Codec, feed.FrameInterval, feed.Geometry));
        Assert.All(frames, f => Assert.False(f.IsDamaged));
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(
            pair.First.Timestamp <= pair.Second.Timestamp && pair.First.CapturedAt <= pair.Second.CapturedAt));
    }

    [Fact]
    public void A_frames_capture_time_is_when_it_was_read_not_when_the_next_one_began()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 0");
        using (sending)
        {
            Assert.InRange(MedianAge(running), Interval * 0.6, Interval * 3);
        }
    }

    [Fact]
    public void With_B_frames_a_picture_has_its_own_packets_arrival_and_the_senders_pts()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 2");
        using (sending)
        {
            // The decoder holds a picture back until those that are shown before it have come.
            Assert.InRange(MedianAge(running), Interval * 0.6, Interval * 3);
            TimeSpan[] pts = [.. Enumerable.Range(0, 20).Select(_ => running.Next()!.Pts!.Value)];
            Assert.All(pts.Zip(pts.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        }
    }

    [Fact]
    public void A_sender_that_switches_to_B_frames_mid_stream_is_noticed()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 0");
        using (sending)
        {
            Assert.Null(running.NextThat(f => f.Number > 10).Pts);
        }

        using ChildProcess other = Send($"{running.Feed.Name}?pkt_size=1316", "-bf 2");
        running.NextThat(f => f is { Pts: not null, IsDamaged: false });
        SeenFrame[] frames = [.. Enumerable.Range(0, 40).Select(_ => running.Next()!)];
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(
            pair.First.Pts < pair.Second.Pts && pair.First.Timestamp <= pair.Second.Timestamp));
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1003);
    }

    [Fact]
    public async Task Why_a_feed_is_missing_is_logged_once_per_reason_and_cleared_when_it_comes()
    {
        int port = LoopbackPort.Free();
        RunningFeed running = RunLive($"tcp://127.0.0.1:{port}");
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        Assert.Matches(
            @"^tcp://127\.0\.0\.1:\d+ can't be reached; check address, network and sender \(FFmpeg: Connection refused.*\)\.$",
            running.Feed.LastError);
        await Until(() => Logs.GetSnapshot().Any(log => log.Id.Id == 1013), "the second attempt has failed");
        Assert.Single(Logs.GetSnapshot(), log => log.Id.Id == 1004);
        Assert.Equal(TakeResult.Nothing, running.Feed.Take(TimeSpan.Zero, out _));

        using ChildProcess sending = Send($"tcp://127.0.0.1:{port}?listen=1", "-bf 0");
        running.Next();
        Assert.Null(running.Feed.LastError);
    }

    [Fact]
    public async Task A_hanging_feed_is_reported_in_time_and_retried()
    {
        int connections = 0;
        using var silent = new StreamServer(_ =>
        {
            Interlocked.Increment(ref connections);
            new ManualResetEventSlim().Wait(Timeout);
        });
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"tcp://{silent.Address}", OpenTimeout = TimeSpan.FromMilliseconds(200) });
        await Until(() => running.Feed.LastError is not null && connections > 1, "it has timed out and been retried");
        Assert.Contains(
            "sent no video within 0.2 s; check that it is on and sending", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "does not exist on the server")]
    [InlineData("401 Unauthorized", "check the user name and password")]
    [InlineData("403 Forbidden", "check the user name and password")]
    [InlineData("503 Service Unavailable", "the server reports an internal error")]
    [InlineData("200 OK", "sends data that can't be read as video")]
    public async Task A_servers_refusal_is_explained_in_words(string status, string explanation)
    {
        byte[] garbage = new byte[100_000];
        new Random(1).NextBytes(garbage);
        using var server = StreamServer.Http(status, garbage);
        RunningFeed running = RunLive($"http://{server.Address}/live");
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        Assert.Contains(explanation, running.Feed.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', running.Feed.LastError!);
    }

    [Fact]
    public async Task Endless_garbage_is_not_video()
    {
        using var server = new StreamServer(Babble);
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"tcp://{server.Address}", OpenTimeout = TimeSpan.FromSeconds(2) });
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        Assert.Contains("video", running.Feed.LastError, StringComparison.Ordinal);

        // Writes until the feed hangs up.
        static void Babble(NetworkStream stream)
        {
            var random = new Random(1);
            byte[] garbage = new byte[10_000];
            while (true)
            {
                random.NextBytes(garbage);
                stream.Write(garbage);
            }
        }
    }

    [Fact]
    public void A_permanent_error_ends_a_live_feed_that_was_never_open()
    {
        using var server = Serving(H264Clip("clip.ts"));
        RunningFeed running = RunLive(new CaptureOptions { Source = $"tcp://{server.Address}", Options = "porbesize=5000" });
        Assert.Equal(TakeResult.Ended, TakeResultOf(running));
        Assert.Equal(CaptureFailure.InvalidOption, running.Feed.End.Cause!.Reason);
        Assert.Contains("\"porbesize\"", running.Feed.End.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_picture_that_does_not_fit_the_sector_is_skipped_until_one_fits()
    {
        // Like a grabber that sends a small picture of its own until the scanner is on.
        byte[] small = File.ReadAllBytes(H264Clip("small.ts"));
        string largeClip = Clip("large.ts", "-f", "lavfi", "-i", "testsrc2=s=192x128:r=25:d=4", "-c:v", "libx264");
        byte[] large = File.ReadAllBytes(largeClip);
        byte[] sent = small;
        using var server = new StreamServer(connection => connection.Write(sent));
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"tcp://{server.Address}", Sector = Sector.Parse("50,50,50,50") });
        await Until(() => running.Feed.LastError is not null, "the sector does not fit");
        Assert.Contains(
            "Capture:Sector: 50,50,50,50 does not fit within the 96x64 picture",
            running.Feed.LastError,
            StringComparison.Ordinal);
        Assert.Null(running.Feed.Description);

        sent = large;
        SeenFrame frame = running.Next()!;
        Assert.Equal(50, frame.Width);
        FeedDescription feed = running.Feed.Description!;
        Assert.Equal((50, new PictureSize(192, 128)), (feed.FrameSize.Height, feed.Geometry));
        Assert.True(running.Ledger.Read().Withheld[FrameState.ModeChanged] > 0);
    }

    [Fact]
    public void A_malformed_option_is_refused_before_anything_is_read()
    {
        var options = new CaptureOptions { Source = $"tcp://127.0.0.1:{LoopbackPort.Free()}", Options = "porbesize" };
        Assert.Equal(CaptureFailure.InvalidOption, Assert.Throws<CaptureException>(() => Make(options).Feed.Start()).Reason);
    }

    [Fact]
    public async Task An_unsupported_protocol_ends_a_live_feed()
    {
        RunningFeed running = RunLive("rtmpte://10.0.0.7/");
        await Until(() => running.Feed.End.Cause is not null, "it has been refused");
        Assert.Equal(CaptureFailure.UnknownProtocol, running.Feed.End.Cause!.Reason);
    }

    [Fact]
    public async Task A_missing_feed_stops_at_once()
    {
        RunningFeed running = RunLive($"tcp://127.0.0.1:{LoopbackPort.Free()}");
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        running.Feed.Stop();
        Assert.Equal(TakeResult.Ended, running.Feed.Take(TimeSpan.Zero, out _));
        Assert.Null(running.Feed.End.Cause);
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1010);
    }

    /// <summary>The median age of frames when they are taken.</summary>
    private static TimeSpan MedianAge(RunningFeed running)
    {
        // The first ones were buffered while the source was probed.
        running.NextThat(f => f.Number > 30);
        TimeSpan[] ages =
            [.. Enumerable.Range(0, 41).Select(_ => TimeProvider.System.GetElapsedTime(running.Next()!.Timestamp)).Order()];
        TimeSpan median = ages[ages.Length / 2];
        TestContext.Current.TestOutputHelper!.WriteLine(
            "age of a frame: "
            + $"{ages[0].TotalMilliseconds:0.0}, {median.TotalMilliseconds:0.0}, {ages[^1].TotalMilliseconds:0.0} ms");
        return median;
    }

    private static TakeResult TakeResultOf(RunningFeed running)
    {
        Assert.Null(running.Next());
        return running.Feed.Take(TimeSpan.Zero, out _);
    }

    private static StreamServer Serving(string clip)
    {
        byte[] stream = File.ReadAllBytes(clip);
        return new StreamServer(connection => connection.Write(stream));
    }

    private (RunningFeed Running, ChildProcess Sending) Udp(string codec)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        string address = $"{socket.Client.LocalEndPoint}";
        socket.Dispose();
        return (RunLive($"udp://{address}"), Send($"udp://{address}?pkt_size=1316", codec));
    }

    private static ChildProcess Send(string url, string codec)
    {
        string[] listen = url.StartsWith("http:", StringComparison.Ordinal) ? ["-listen", "1"] : [];
        return FFmpegTool.Start([
            "-re", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-pix_fmt", "yuv420p", "-c:v", "libx264",
            "-preset", "ultrafast", "-threads", "1", "-g", "25", .. codec.Split(' '),
            .. listen, "-flush_packets", "1", "-f", "mpegts", url]);
    }
}
