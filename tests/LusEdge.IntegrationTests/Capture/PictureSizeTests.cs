using System.Globalization;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

public sealed class PictureSizeTests : FeedTest
{
    /// <summary>More than half of what one 16000x16000 picture takes in gray.</summary>
    private const long Bound = 150L << 20;

    [Theory]
    [InlineData("big.avi", "mjpeg")]
    [InlineData("big.mkv", "ffv1")]
    [InlineData("big.png", "png")]
    [InlineData("big.ts", "mpeg2video")]
    public void Pictures_larger_than_any_scanners_are_refused_before_memory_is_taken(string file, string codec)
    {
        string size = codec == "mpeg2video" ? "16000x2800" : "16000x16000";
        string clip = Clip(
            file, "-f", "lavfi", "-i", $"color=s={size}:r=2:d=0.5", "-threads", "1", "-c:v", codec, "-strict", "-2");
        WarmUp();
        File.WriteAllText("/proc/self/clear_refs", "5");
        long before = PeakMemory();
        var e = Assert.Throws<CaptureException>(Make(new CaptureOptions { Source = clip }).Feed.Open);
        Assert.Equal(CaptureFailure.PictureTooLarge, e.Reason);
        Assert.Contains("more than 9.4 million pixels (4096x2304)", e.Message, StringComparison.Ordinal);
        Assert.InRange(PeakMemory() - before, 0, Bound);
    }

    [Fact]
    public void The_largest_pictures_are_read()
    {
        RunningFeed running = Run(Clip("large.avi", "-f", "lavfi", "-i", "color=s=4096x2304:r=2:d=1", "-c:v", "mjpeg"));
        Assert.Equal(new PictureSize(4096, 2304), running.Next()!.SourceSize);
        running.Rest();
    }

    [Fact]
    public async Task A_live_feed_whose_pictures_grow_too_large_says_so_and_comes_back()
    {
        byte[] small = File.ReadAllBytes(Mpeg("small.m2v", "96x64"));
        byte[] big = File.ReadAllBytes(Mpeg("big.m2v", "8000x2000"));
        bool isBig = false;
        using var server = new StreamServer(stream => stream.Write(isBig ? big : small));
        RunningFeed running = RunLive($"tcp://{server.Address}");
        running.Next();
        isBig = true;
        await Until(
            () => running.Feed.LastError?.Contains("4096x2304", StringComparison.Ordinal) == true, "the size is told");
        isBig = false;
        running.NextThat(frame => frame.StartsClip);

        // The small clip ends by itself, so the feed may be lost again by now, but no longer for the size.
        await Until(
            () => running.Feed.LastError?.Contains("4096x2304", StringComparison.Ordinal) != true, "the size is no longer told");
    }

    private string Mpeg(string file, string size) =>
        Clip(file, "-f", "lavfi", "-i", $"testsrc2=s={size}:r=25:d=1", "-strict", "-2", "-c:v", "mpeg2video", "-g", "5");

    private void WarmUp() => Run(H264Clip("warm.mp4")).Rest();

    /// <summary>The most memory that this process has used since its peak was reset, in bytes.</summary>
    private static long PeakMemory()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
