using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Feeds from a real RTSP server. Skipped if it is not installed.</summary>
public sealed class RtspFeedTests : FeedTest
{
    [Theory]
    [InlineData("live", "rtsp_transport=udp")]
    [InlineData("live", "rtsp_transport=tcp")]
    [InlineData("bframes", "rtsp_transport=udp")]
    [InlineData("bframes", "rtsp_transport=tcp")]
    public void An_rtsp_feed_is_read_over_either_transport(string feed, string transport)
    {
        using RtspServer server = RtspServer.Start();
        RunningFeed running = RunLive(new CaptureOptions { Source = server.Url(feed), Options = transport });
        List<SeenFrame> frames = [.. Enumerable.Range(0, 50).Select(_ => running.Next()!)];

        FeedDescription description = running.Feed.Description!;
        Assert.Equal(
            ("rtsp", "h264", TimeSpan.FromMilliseconds(40)),
            (description.Format, description.Codec, description.FrameInterval));
        Assert.All(frames, f => Assert.Equal((320, 240), (f.Width, f.Height)));
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.Timestamp <= pair.Second.Timestamp));
        // With B-frames, presentation times are the sender's; otherwise there are none, because packets carry their read times.
        Assert.Equal(feed == "bframes", frames[^1].Pts is not null);
        Assert.All(frames.TakeLast(20), f => Assert.False(f.IsDamaged));
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_is_reconnected()
    {
        int port = LoopbackPort.Free();
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"rtsp://127.0.0.1:{port}/live", ReadTimeout = TimeSpan.FromSeconds(1) });
        await Until(
            () => running.Feed.LastError?.Contains("can't be reached", StringComparison.Ordinal) == true,
            "the first attempt has failed");
        using (RtspServer.Start(port))
        {
            running.NextThat(f => f.Number >= 10);
        }

        await Until(() => !running.Feed.IsConnected, "the loss has been noticed");
        Assert.Contains("was lost", running.Feed.LastError, StringComparison.Ordinal);
        using RtspServer again = RtspServer.Start(port);
        Assert.True(running.NextThat(f => f.StartsClip).Number >= 10);
    }

    [Fact]
    public async Task An_address_unknown_to_the_server_is_reported()
    {
        using RtspServer server = RtspServer.Start();
        RunningFeed running = RunLive(server.Url("nosuchfeed"));
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        Assert.Contains("does not exist on the server", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_server_times_out()
    {
        using var silent = new StreamServer(_ => new ManualResetEventSlim().Wait(Timeout));
        RunningFeed running = Make(
            new CaptureOptions { Source = $"rtsp://{silent.Address}/live", OpenTimeout = TimeSpan.FromMilliseconds(300) });
        var e = Assert.Throws<CaptureException>(running.Feed.Open);
        Assert.Contains("sent no video within 0.3 s", e.Message, StringComparison.Ordinal);
    }
}
