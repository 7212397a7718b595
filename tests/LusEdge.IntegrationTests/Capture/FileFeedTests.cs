using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;

namespace LusEdge.IntegrationTests.Capture;

public sealed class FileFeedTests : FeedTest
{
    [Fact]
    public void Every_frame_of_a_file_arrives_once_in_order_with_its_time()
    {
        RunningFeed running = Run(H264Clip("clip.mp4"));
        List<SeenFrame> frames = running.Rest();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), frames.Select(f => f.Number));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => TimeSpan.FromMilliseconds(40 * i)), frames.Select(f => f.Pts!.Value));
        Assert.All(frames, f => Assert.Equal(f.Number == 0, f.StartsClip));
        Assert.All(frames, f => Assert.False(f.IsDamaged));
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.CapturedAt <= pair.Second.CapturedAt && pair.First.Timestamp <= pair.Second.Timestamp));
        Assert.Null(running.Feed.End.Error);
        Assert.Equal(100, running.Ledger.Read().Scored);
        Assert.False(running.Feed.IsConnected);
    }

    [Fact]
    public void An_open_feed_knows_what_it_will_deliver()
    {
        RunningFeed running = Make(new CaptureOptions { Source = H264Clip("clip.mp4"), Sector = Sector.Parse("3,5,31,21") });
        running.Feed.Open();
        Assert.Equal((31, 21, new PictureSize(96, 64)), (running.Feed.Description!.FrameSize.Width, running.Feed.Description!.FrameSize.Height, running.Feed.Description!.Geometry));
        Assert.Equal(("h264", "yuv420p", TimeSpan.FromMilliseconds(40)), (running.Feed.Description!.Codec, running.Feed.Description!.PixelFormat, running.Feed.Description!.FrameInterval));
        Assert.False(running.Feed.IsLive);
        Assert.True(running.Feed.IsConnected);
    }

    [Theory]
    [InlineData("a.mp4", "-c:v libx264 -pix_fmt yuv444p")]
    [InlineData("a.mpg", "-c:v mpeg2video -bf 2 -qscale:v 2")]
    [InlineData("a.gif", "")]
    [InlineData("a.avi", "-c:v mjpeg -pix_fmt yuvj422p")]
    [InlineData("a.mkv", "-c:v ffv1 -pix_fmt gray")]
    [InlineData("a.ts", "-c:v libx264 -pix_fmt yuv420p -bf 3")]
    public void Every_frame_of_every_codec_arrives(string file, string how)
    {
        string clip = Clip(file, ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=2", .. how.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        List<SeenFrame> frames = Run(clip).Rest();
        Assert.Equal(FFmpegTool.CountFrames(clip), frames.Count);
        Assert.Equal(50, frames.Count);
        Assert.All(frames, f => Assert.Equal((96, 64, false), (f.Width, f.Height, f.IsDamaged)));
    }

    [Theory]
    [InlineData("yuv420p")]
    [InlineData("yuvj420p")]
    [InlineData("yuv444p")]
    [InlineData("yuv422p10le")]
    [InlineData("rgb24")]
    [InlineData("bgra")]
    [InlineData("pal8", 2)]
    [InlineData("gray")]
    public void White_is_255_and_black_is_0_in_every_pixel_format(string format, int tolerance = 1)
    {
        Assert.All(Pixels($"lavfi:color=white:s=32x16:r=5:d=0.2,format=rgb24,format={format}"), p => Assert.InRange(p, 255 - tolerance, 255));
        Assert.All(Pixels($"lavfi:color=black:s=32x16:r=5:d=0.2,format=rgb24,format={format}"), p => Assert.InRange(p, 0, tolerance));
        byte[] Pixels(string source) => Assert.Single(Run(source).Rest()).Pixels;
    }

    [Theory]
    [InlineData("gray", 0, 0, 64, 48)]
    [InlineData("yuvj420p", 3, 5, 31, 21)]
    [InlineData("yuvj420p", 33, 27, 31, 21)]
    [InlineData("yuv420p", 33, 27, 31, 21)]
    [InlineData("rgb24", 33, 27, 31, 21)]
    [InlineData("yuvj422p", 1, 1, 63, 47)]
    public void The_crop_is_exact_to_the_pixel_at_odd_offsets(string format, int x, int y, int width, int height)
    {
        // A picture whose every pixel tells where it is.
        string picture = $"lavfi:nullsrc=s=64x48:r=5:d=0.2,format=gray,geq=lum='mod(X*3+Y*5,256)',format={format}";
        SeenFrame frame = Assert.Single(Run(new CaptureOptions { Source = picture, Sector = Sector.Parse($"{x},{y},{width},{height}") }).Rest());

        Assert.Equal((width, height, new PictureSize(64, 48)), (frame.Width, frame.Height, frame.SourceSize));
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int expected = (((x + column) * 3) + ((y + row) * 5)) % 256;
                Assert.InRange(frame.Pixels[(row * width) + column], expected - 1, expected + 1);
            }
        }
    }

    [Fact]
    public void A_picture_that_changes_its_size_comes_through_and_says_so()
    {
        List<SeenFrame> frames = Run(TwoSizes()).Rest();
        Assert.Equal(20, frames.Count);
        Assert.All(frames.Take(10), f => Assert.Equal((96, 64, new PictureSize(96, 64)), (f.Width, f.Height, f.SourceSize)));
        Assert.All(frames.Skip(10), f => Assert.Equal((64, 48, new PictureSize(64, 48)), (f.Width, f.Height, f.SourceSize)));
    }

    [Fact]
    public void A_frame_that_the_sector_does_not_fit_any_more_comes_without_a_picture()
    {
        RunningFeed running = Run(new CaptureOptions { Source = TwoSizes(), Sector = Sector.Parse("20,20,60,40") });
        for (int i = 0; i < 10; i++) Assert.True(running.Next()!.CropFits);
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        Assert.Equal((false, false, 0, new PictureSize(64, 48)), (frame!.CropFits, frame.HasPicture, frame.Width, frame.SourceSize));
        Assert.Throws<InvalidOperationException>(() => frame.Row(0).Length);
        running.See(frame);
        Assert.Equal(9, running.Rest().Count);
        Assert.Contains(Logs.GetSnapshot(), log => log.Message.Contains("20,20,60,40 does not fit the picture of 64x48", StringComparison.Ordinal));
    }

    [Fact]
    public void A_looped_file_goes_on_counting_and_marks_each_beginning()
    {
        string clip = Clip("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=0.2", "-c:v", "libx264", "-bf", "0");
        RunningFeed running = Run(new CaptureOptions { Source = clip, Loop = true });
        SeenFrame[] frames = [.. Enumerable.Range(0, 13).Select(_ => running.Next()!)];

        Assert.Equal(Enumerable.Range(0, 13).Select(i => (long)i), frames.Select(f => f.Number));
        Assert.Equal([0, 5, 10], frames.Where(f => f.StartsClip).Select(f => f.Number));
        Assert.Equal(frames[2].Pixels, frames[7].Pixels);
        Assert.Equal(frames[2].Pts, frames[7].Pts);
    }

    [Fact]
    public async Task Frames_not_taken_when_the_feed_stops_are_dropped_for_stopping()
    {
        RunningFeed running = Run(H264Clip("clip.mp4"));
        await Until(() => running.Ledger.Read().Captured >= 3, "the hand-off is full and the writer waits");
        running.Feed.Stop();

        Assert.Equal(TakeResult.Ended, running.Feed.Take(Patience, out _));
        Assert.Null(running.Feed.End.Error);
        LedgerCounts counts = running.Ledger.Read();
        Assert.Equal(counts.Captured, counts.Dropped[DropReason.Stopping]);
        Assert.Equal(3, counts.Captured);
    }

    [Fact]
    public async Task A_file_waits_for_a_slow_pipeline_and_drops_nothing()
    {
        RunningFeed running = Run(H264Clip("clip.mp4"));
        await Until(() => running.Ledger.Read().Captured >= 3, "the hand-off is full");
        Assert.Equal(3, running.Ledger.Read().Captured);
        Assert.Equal(100, running.Rest().Count);
        Assert.Empty(running.Ledger.Read().Dropped);
    }

    [Fact]
    public void A_frame_outlives_its_feed()
    {
        RunningFeed running = Run("lavfi:color=white:s=32x16:r=5:d=2");
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        running.Feed.Dispose();
        Assert.Equal(255, running.See(frame!).Pixels[^1]);
    }

    [Fact]
    public void A_feed_that_was_opened_and_never_started_leaves_nothing_behind()
    {
        RunningFeed running = Make(new CaptureOptions { Source = H264Clip("clip.mp4") });
        running.Feed.Open();
        running.Feed.Dispose();
        Assert.Equal(1, running.Ledger.Read().Dropped[DropReason.Stopping]);
    }

    [Fact]
    public void A_file_that_breaks_off_gives_what_it_has_and_says_so()
    {
        string whole = H264Clip("whole.mp4", "-bf 2 -g 25 -movflags +faststart");
        byte[] bytes = File.ReadAllBytes(whole);
        string cut = PathOf("cut.mp4");
        File.WriteAllBytes(cut, bytes[..(bytes.Length * 2 / 3)]);

        RunningFeed running = Run(cut);
        List<SeenFrame> frames = running.Rest();
        Assert.Equal(FFmpegTool.CountFrames(cut), frames.Count);
        Assert.InRange(frames.Count, 10, 99);
        Assert.Contains("cut short", running.Feed.End.Error, StringComparison.Ordinal);
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1002);
    }

    [Fact]
    public void What_FFmpeg_logs_comes_in_the_log_under_its_own_event()
    {
        string whole = H264Clip("whole.mp4", "-bf 2 -g 25 -movflags +faststart");
        byte[] bytes = File.ReadAllBytes(whole);
        string cut = PathOf("cut.mp4");
        File.WriteAllBytes(cut, bytes[..(bytes.Length * 2 / 3)]);
        Run(cut).Rest();
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1011 && log.Message.Contains("partial file", StringComparison.Ordinal));
    }

    /// <summary>Ten frames of 96x64, then ten of 64x48, in one H.264 stream.</summary>
    private string TwoSizes()
    {
        string joined = PathOf("joined.h264");
        using FileStream output = File.Create(joined);
        foreach (string size in (string[])["96x64", "64x48"])
        {
            string part = Clip($"{size}.h264", "-f", "lavfi", "-i", $"testsrc2=s={size}:r=25:d=0.4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-bf", "0");
            output.Write(File.ReadAllBytes(part));
        }

        return joined;
    }
}
