using LusEdge.Capture.Source;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Feeds of a real RTSP server. They are skipped where it is not installed.</summary>
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

        Assert.Equal(("rtsp", "h264", TimeSpan.FromMilliseconds(40)), (running.Feed.Description!.Format, running.Feed.Description!.Codec, running.Feed.Description!.FrameInterval));
        Assert.All(frames, f => Assert.Equal((320, 240), (f.Width, f.Height)));
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.Timestamp <= pair.Second.Timestamp));
        // The sender's times where pictures come in another order than their packets; else each has the time at which it was
        // read.
        Assert.Equal(feed == "bframes", frames[^1].Pts is not null);
        Assert.All(frames.TakeLast(20), f => Assert.False(f.IsDamaged));
    }

    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_found_again()
    {
        int port = LoopbackPort.Free();
        RunningFeed running = RunLive(new CaptureOptions { Source = $"rtsp://127.0.0.1:{port}/live", ReadTimeout = TimeSpan.FromSeconds(1) });
        await Until(() => running.Feed.LastError?.Contains("can't be reached", StringComparison.Ordinal) == true, "nobody listens yet");
        using (RtspServer.Start(port))
        {
            running.NextThat(f => f.Number >= 10);
        }

        await Until(() => !running.Feed.IsConnected, "the loss is noticed");
        Assert.Contains("is lost", running.Feed.LastError, StringComparison.Ordinal);
        using RtspServer again = RtspServer.Start(port);
        Assert.True(running.NextThat(f => f.StartsClip).Number >= 10);
    }

    [Fact]
    public async Task An_address_that_the_server_does_not_know_is_told()
    {
        using RtspServer server = RtspServer.Start();
        RunningFeed running = RunLive(server.Url("nosuchfeed"));
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        Assert.Contains("the server does not know the address", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_says_nothing_is_given_up_in_time()
    {
        using var silent = new StreamServer(_ => new ManualResetEventSlim().Wait(Patience));
        RunningFeed running = Make(new CaptureOptions { Source = $"rtsp://{silent.Address}/live", OpenTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.Contains("gave no video within 0.3 s", Assert.Throws<CaptureException>(running.Feed.Open).Message, StringComparison.Ordinal);
    }
}
