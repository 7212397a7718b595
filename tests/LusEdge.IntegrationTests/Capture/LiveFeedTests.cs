using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.IntegrationTests.Capture;

public sealed class LiveFeedTests : FeedTest
{
    [Fact]
    public async Task A_live_feed_keeps_the_newest_frame_and_counts_those_it_overwrote()
    {
        RunningFeed running = Run("lavfi:testsrc2=s=96x64:r=100,realtime");
        Assert.True(running.Feed.IsLive);
        await Until(() => Overwritten() >= 5, "frames are overwritten");
        SeenFrame newest = running.Next()!;
        Assert.True(newest.Number >= 5);
        Assert.True(newest.StartsClip, "the beginning of the clip must not be lost with the overwritten frames");
        Assert.False(running.Next()!.StartsClip);

        long Overwritten() => running.Ledger.Read().Dropped.GetValueOrDefault(DropReason.Overload);
    }

    [Fact]
    public void A_paced_file_hands_each_frame_out_when_it_is_due()
    {
        var time = new FakeTimeProvider();
        string clip = Clip("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=0.4", "-c:v", "libx264");
        RunningFeed running = Run(new CaptureOptions { Source = clip, Pace = Pace.Realtime, Loop = true }, time);
        Assert.True(running.Feed.IsLive);
        long start = time.GetTimestamp();
        for (int i = 0; i < 25; i++)
        {
            CapturedFrame? frame;
            while (running.Feed.Take(TimeSpan.FromMilliseconds(10), out frame) == TakeResult.Nothing) time.Advance(TimeSpan.FromMilliseconds(5));
            SeenFrame seen = running.See(frame!);
            Assert.Equal(i, seen.Number);
            Assert.Equal(i % 10 == 0, seen.StartsClip);
            Assert.True(time.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(40 * i), $"frame {i} came early");
            Assert.True(time.GetElapsedTime(start, seen.Timestamp) >= TimeSpan.FromMilliseconds(40 * i), $"frame {i} was captured early");
            Assert.Equal(time.GetUtcNow() - time.GetElapsedTime(seen.Timestamp), seen.CapturedAt);
        }
    }

    [Fact]
    public void A_paced_file_ends_as_a_file_does()
    {
        string clip = Clip("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=0.2", "-c:v", "libx264");
        RunningFeed running = Run(new CaptureOptions { Source = clip, Pace = Pace.Realtime });
        Assert.Equal(4, running.Rest()[^1].Number);
        Assert.Null(running.Feed.End.Error);
    }

    [Fact]
    public void A_server_that_ends_its_connections_is_connected_to_again_and_again()
    {
        byte[] stream = File.ReadAllBytes(H264Clip("clip.ts"));
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = new Thread(() => Serve(server, stream)) { IsBackground = true };
        serving.Start();

        RunningFeed running = Run($"tcp://{server.LocalEndpoint}");
        SeenFrame first = running.NextThat(f => f.StartsClip);
        SeenFrame second = running.NextThat(f => f.StartsClip);
        SeenFrame third = running.NextThat(f => f.StartsClip);
        Assert.True(first.Number < second.Number && second.Number < third.Number);
        Assert.True(running.Feed.IsConnected);
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1003);
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1005);
        server.Stop();
    }

    [Fact]
    public async Task A_udp_feed_that_falls_silent_is_lost_and_found_when_it_comes_back()
    {
        string clip = H264Clip("clip.ts", "-bf 0 -g 10");
        int port = FreeUdpPort();
        RunningFeed running;
        using (ChildProcess sender = Send(clip, port))
        {
            running = Run(new CaptureOptions { Source = $"udp://127.0.0.1:{port}", ReadTimeout = TimeSpan.FromSeconds(1), OpenTimeout = Patience });
            running.NextThat(f => f.Number >= 10);
            sender.Kill();
            await sender.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Until(() => !running.Feed.IsConnected, "the silence is noticed");
        while (running.Feed.Take(TimeSpan.Zero, out CapturedFrame? left) == TakeResult.Frame) running.See(left!);
        using ChildProcess again = Send(clip, port);
        SeenFrame back = running.NextThat(f => f.StartsClip);
        Assert.True(back.Number >= 10);
        Assert.True(running.Feed.IsConnected);
        running.Feed.Stop();
        again.Kill();
    }

    [Fact]
    public void A_feed_in_the_middle_of_a_silence_stops_at_once()
    {
        byte[] stream = File.ReadAllBytes(H264Clip("clip.ts"));
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var held = new ManualResetEventSlim();
        var serving = new Thread(() =>
        {
            using TcpClient client = server.AcceptTcpClient();
            client.GetStream().Write(stream);
            held.Wait();
        })
        { IsBackground = true };
        serving.Start();
        RunningFeed running = Run(new CaptureOptions { Source = $"tcp://{server.LocalEndpoint}", ReadTimeout = TimeSpan.FromMinutes(5) });
        running.Next();

        long start = Stopwatch.GetTimestamp();
        running.Feed.Stop();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3));
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1010);
        while (running.Feed.Take(TimeSpan.Zero, out CapturedFrame? left) == TakeResult.Frame) running.See(left!);
        Assert.Equal(TakeResult.Ended, running.Feed.Take(TimeSpan.Zero, out _));
        Assert.Null(running.Feed.End.Error);
        held.Set();
        serving.Join();
    }

    private static void Serve(TcpListener server, byte[] stream)
    {
        try
        {
            while (true)
            {
                using TcpClient client = server.AcceptTcpClient();
                client.GetStream().Write(stream);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static ChildProcess Send(string clip, int port) => FFmpegTool.Start(
        "-re", "-stream_loop", "-1", "-i", clip, "-c", "copy", "-f", "mpegts", $"udp://127.0.0.1:{port}?pkt_size=1316");

    private static int FreeUdpPort()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
