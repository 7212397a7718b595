using System.Net;
using System.Net.Sockets;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Feeds over every protocol that carts have, on the loopback, opened by the reader as the service does it.</summary>
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
        Assert.Equal((true, false, false), (running.Feed.CanComeBack, running.Feed.Description is not null, running.Feed.IsConnected));
        using ChildProcess sending = Send(string.Format(System.Globalization.CultureInfo.InvariantCulture, sender, address), "-bf 0");

        SeenFrame first = running.Next()!;
        Assert.Equal((true, new PictureSize(96, 64)), (first.StartsClip, first.SourceSize));
        List<SeenFrame> frames = [.. Enumerable.Range(0, 40).Select(_ => running.Next()!)];
        Assert.Equal((true, true, null), (running.Feed.Description is not null, running.Feed.IsConnected, running.Feed.LastError));
        Assert.Equal(("h264", Interval, new PictureSize(96, 64)), (running.Feed.Description!.Codec, running.Feed.Description!.FrameInterval, running.Feed.Description!.Geometry));
        Assert.All(frames, f => Assert.False(f.IsDamaged));
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.Timestamp <= pair.Second.Timestamp && pair.First.CapturedAt <= pair.Second.CapturedAt));
    }

    [Fact]
    public void A_frame_is_captured_when_it_was_read_not_when_the_next_one_showed_that_it_was_whole()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 0");
        using (sending)
        {
            Assert.InRange(MedianAge(running), Interval * 0.6, Interval * 3);
        }
    }

    [Fact]
    public void With_B_frames_a_frame_is_captured_when_it_arrived_and_keeps_the_senders_time()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 2");
        using (sending)
        {
            Assert.InRange(MedianAge(running), TimeSpan.Zero, Interval * 0.5);
            TimeSpan[] pts = [.. Enumerable.Range(0, 20).Select(_ => running.Next()!.Pts!.Value)];
            Assert.All(pts.Zip(pts.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        }
    }

    [Fact]
    public void A_sender_that_changes_over_to_B_frames_without_a_pause_is_noticed()
    {
        (RunningFeed running, ChildProcess sending) = Udp("-bf 0");
        using (sending)
        {
            Assert.Null(running.NextThat(f => f.Number > 10).Pts);
        }

        using ChildProcess other = Send($"{running.Feed.Name}?pkt_size=1316", "-bf 2");
        running.NextThat(f => f is { Pts: not null, IsDamaged: false });
        SeenFrame[] frames = [.. Enumerable.Range(0, 40).Select(_ => running.Next()!)];
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.Pts < pair.Second.Pts && pair.First.Timestamp <= pair.Second.Timestamp));
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1003);
    }

    [Fact]
    public async Task Why_a_feed_is_not_there_is_told_once_for_each_reason_and_forgotten_when_it_comes()
    {
        int port = LoopbackPort.Free();
        RunningFeed running = RunLive($"tcp://127.0.0.1:{port}");
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        Assert.Matches(@"^tcp://127\.0\.0\.1:\d+ can't be reached; check address, network and sender \(FFmpeg: Connection refused.*\)\.$", running.Feed.LastError);
        await Until(() => Logs.GetSnapshot().Any(log => log.Id.Id == 1013), "the second attempt fails as well");
        Assert.Single(Logs.GetSnapshot(), log => log.Id.Id == 1004);
        Assert.Equal(TakeResult.Nothing, running.Feed.Take(TimeSpan.Zero, out _));

        using ChildProcess sending = Send($"tcp://127.0.0.1:{port}?listen=1", "-bf 0");
        running.Next();
        Assert.Null(running.Feed.LastError);
    }

    [Fact]
    public async Task A_feed_that_hangs_is_told_in_time_and_tried_again()
    {
        int connections = 0;
        using var silent = new StreamServer(_ =>
        {
            Interlocked.Increment(ref connections);
            new ManualResetEventSlim().Wait(Patience);
        });
        RunningFeed running = RunLive(new CaptureOptions { Source = $"tcp://{silent.Address}", OpenTimeout = TimeSpan.FromMilliseconds(200) });
        await Until(() => running.Feed.LastError is not null && connections > 1, "it is given up and tried again");
        Assert.Contains("gave no video within 0.2 s; check that it is on and sends video", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "the server does not know the address")]
    [InlineData("401 Unauthorized", "check the user name and password")]
    [InlineData("403 Forbidden", "check the user name and password")]
    [InlineData("503 Service Unavailable", "the server has a fault of its own")]
    [InlineData("200 OK", "sends what can't be read as video")]
    public async Task What_a_server_answers_is_told_in_words(string status, string told)
    {
        byte[] garbage = new byte[100_000];
        new Random(1).NextBytes(garbage);
        using var server = StreamServer.Http(status, garbage);
        RunningFeed running = RunLive($"http://{server.Address}/live");
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        Assert.Contains(told, running.Feed.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', running.Feed.LastError!);
    }

    [Fact]
    public async Task Garbage_without_end_is_no_video()
    {
        using var server = new StreamServer(Babble);
        RunningFeed running = RunLive(new CaptureOptions { Source = $"tcp://{server.Address}", OpenTimeout = TimeSpan.FromSeconds(2) });
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        Assert.Contains("video", running.Feed.LastError, StringComparison.Ordinal);

        // Until the feed hangs up.
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
    public void What_will_not_pass_ends_a_live_feed_that_was_never_open()
    {
        using var server = Serving(H264Clip("clip.ts"));
        RunningFeed running = RunLive(new CaptureOptions { Source = $"tcp://{server.Address}", Options = "porbesize=5000" });
        Assert.Equal(TakeResult.Ended, TakeResultOf(running));
        Assert.Equal(CaptureFailure.InvalidOption, running.Feed.End.Cause!.Reason);
        Assert.Contains("\"porbesize\"", running.Feed.End.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_picture_that_the_sector_does_not_fit_is_not_graded_and_another_may_come()
    {
        // As a grabber does: a small picture of its own until the scanner is on.
        byte[] small = File.ReadAllBytes(H264Clip("small.ts"));
        byte[] large = File.ReadAllBytes(Clip("large.ts", "-f", "lavfi", "-i", "testsrc2=s=192x128:r=25:d=4", "-c:v", "libx264"));
        byte[] sent = small;
        using var server = new StreamServer(connection => connection.Write(sent));
        RunningFeed running = RunLive(new CaptureOptions { Source = $"tcp://{server.Address}", Sector = Sector.Parse("50,50,50,50") });
        await Until(() => running.Feed.LastError is not null, "the sector does not fit");
        Assert.Contains("Capture:Sector: 50,50,50,50 does not lie within the picture of 96x64", running.Feed.LastError, StringComparison.Ordinal);
        Assert.False(running.Feed.Description is not null);

        sent = large;
        Assert.Equal((50, 50, new PictureSize(192, 128)), (running.Next()!.Width, running.Feed.Description!.FrameSize.Height, running.Feed.Description!.Geometry));
        Assert.True(running.Ledger.Read().Withheld[FrameState.ModeChanged] > 0);
    }

    [Fact]
    public void A_malformed_option_is_refused_before_anything_is_read()
    {
        var options = new CaptureOptions { Source = $"tcp://127.0.0.1:{LoopbackPort.Free()}", Options = "porbesize" };
        Assert.Equal(CaptureFailure.InvalidOption, Assert.Throws<CaptureException>(() => Make(options).Feed.Start()).Reason);
    }

    [Fact]
    public async Task A_protocol_that_FFmpeg_does_not_have_ends_a_live_feed()
    {
        RunningFeed running = RunLive("carrierpigeon://10.0.0.7/");
        await Until(() => running.Feed.End.Cause is not null, "it is refused");
        Assert.Equal(CaptureFailure.UnknownProtocol, running.Feed.End.Cause!.Reason);
    }

    [Fact]
    public async Task A_feed_that_is_not_there_stops_at_once()
    {
        RunningFeed running = RunLive($"tcp://127.0.0.1:{LoopbackPort.Free()}");
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        running.Feed.Stop();
        Assert.Equal(TakeResult.Ended, running.Feed.Take(TimeSpan.Zero, out _));
        Assert.Null(running.Feed.End.Cause);
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1010);
    }

    /// <summary>How long ago frames were captured when they are taken, in the middle of many.</summary>
    private static TimeSpan MedianAge(RunningFeed running)
    {
        // The first ones were kept while the source was looked into.
        running.NextThat(f => f.Number > 30);
        TimeSpan[] ages = [.. Enumerable.Range(0, 41).Select(_ => running.Next()!).Select(f => TimeProvider.System.GetElapsedTime(f.Timestamp))];
        Array.Sort(ages);
        TestContext.Current.TestOutputHelper!.WriteLine($"age of a frame: {ages[0].TotalMilliseconds:0.0}, {ages[ages.Length / 2].TotalMilliseconds:0.0}, {ages[^1].TotalMilliseconds:0.0} ms");
        return ages[ages.Length / 2];
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
            "-re", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "25", .. codec.Split(' '),
            .. listen, "-flush_packets", "1", "-f", "mpegts", url]);
    }
}
