using System.Diagnostics;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// A virtual V4L2 camera: the kernel's vivid driver, whose faults can be injected with v4l2-ctl. LUSEDGE_V4L2_DEVICE names the
/// device (tests/debian/v4l2.sh sets it, in a virtual machine); without it, the tests that need a device are skipped.
/// </summary>
public sealed class DeviceFeedTests : FeedTest
{
    private const string Size = "320x180";
    private const double Rate = 10;

    /// <summary>The moment of the driver's stamps.</summary>
    private const string StampsOfExposure = "timestamp_source=1", StampsOfTheEnd = "timestamp_source=0";

    [Fact]
    public async Task A_missing_device_is_reported_and_waited_for()
    {
        RunningFeed running = RunLive("/dev/video987");
        await Until(() => running.Feed.LastError is not null, "the first attempt has failed");
        Assert.Equal(
            "/dev/video987 does not exist; check the cable, and see `ls /dev/v4l/by-id` for what is there.",
            running.Feed.LastError);
        Assert.True(running.Feed.CanComeBack);
    }

    [Fact]
    public void Pictures_of_a_different_size_than_requested_are_refused_with_both_sizes()
    {
        // Not a device, but the check is the same: the first picture's size.
        RunningFeed running = Make(new CaptureOptions
        {
            Source = "lavfi:testsrc2=s=640x360:d=1",
            Size = PictureSize.Parse("641x361"),
        });
        var e = Assert.Throws<CaptureException>(running.Feed.Open);
        Assert.Equal(CaptureFailure.SizeMismatch, e.Reason);
        Assert.Contains("delivers 640x360 instead of the requested 641x361 (Capture:Size)", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Theory]
    [InlineData("yuyv422")]
    [InlineData("nv12")]
    public void A_device_delivers_what_was_requested_with_the_drivers_own_stamps(string format)
    {
        string device = Device();
        Control(device, StampsOfExposure);
        RunningFeed running = RunLive(Requesting(device, format: format));
        running.NextThat(f => f.Number >= 5);
        SeenFrame[] frames = [.. Enumerable.Range(0, 30).Select(_ => running.Next()!)];
        TimeSpan[] ages = [.. frames.Select(f => TimeProvider.System.GetElapsedTime(f.Timestamp, f.SeenAt)).Order()];
        FeedDescription feed = running.Feed.Description!;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{feed.PixelFormat}, {1 / feed.FrameInterval.TotalSeconds:0.##} frames/s; age of a frame: "
            + $"{ages[0].TotalMilliseconds:0.0}, {ages[15].TotalMilliseconds:0.0}, {ages[^1].TotalMilliseconds:0.0} ms");

        Assert.Equal(
            ("video4linux2,v4l2", format, new PictureSize(320, 180)), (feed.Format, feed.PixelFormat, feed.Geometry));
        Assert.Equal(1 / Rate, feed.FrameInterval.TotalSeconds, 3);
        // The stamps are the driver's, on the machine's own clock, so they are even whatever the load.
        Assert.All(frames, f => Assert.Equal(
            f.Pts!.Value.TotalMilliseconds, TimeProvider.System.GetElapsedTime(0, f.Timestamp).TotalMilliseconds, 0.01));
        Assert.All(frames.Zip(frames.Skip(1)), pair =>
        {
            double ticks = TimeProvider.System.GetElapsedTime(pair.First.Timestamp, pair.Second.Timestamp).TotalSeconds * Rate;
            Assert.Equal(Math.Round(ticks), ticks, 0.2);
            Assert.True(ticks > 0.8);
        });
        Assert.All(ages, age => Assert.InRange(age, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_stamp_ahead_of_the_arrival_is_replaced_by_it()
    {
        // A generated picture is available at once, so the driver's end-of-exposure stamp is nine tenths of a period ahead.
        string device = Device();
        Control(device, StampsOfTheEnd);
        RunningFeed running = RunLive(Requesting(device));
        running.NextThat(f => f.Number >= 5);
        SeenFrame[] frames = [.. Enumerable.Range(0, 10).Select(_ => running.Next()!)];
        Assert.All(frames, f => Assert.InRange(f.Timestamp, 0, f.SeenAt));
        Assert.Contains(frames, f => f.Pts > TimeProvider.System.GetElapsedTime(0, f.SeenAt));
    }

    [Fact]
    public async Task A_device_that_picks_another_size_is_reported_with_both_sizes()
    {
        RunningFeed running = RunLive(Requesting(Device()) with { Size = PictureSize.Parse("641x361") });
        await Until(() => running.Feed.LastError is not null, "the size has been checked");
        Assert.Contains("instead of the requested 641x361 (Capture:Size)", running.Feed.LastError, StringComparison.Ordinal);
        Assert.False(running.Feed.Description is not null);
    }

    [Fact]
    public void A_device_with_a_different_rate_than_requested_is_read_and_logged()
    {
        RunningFeed running = RunLive(Requesting(Device()) with { Rate = 11 });
        running.Next();
        Assert.Contains(
            Logs.GetSnapshot(),
            log => log.Id.Id == 1015 && log.Message.Contains("instead of the requested 11", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_without_the_pixel_format_is_reported()
    {
        RunningFeed running = RunLive(Requesting(Device(), format: "mjpeg"));
        await Until(() => running.Feed.LastError is not null, "the format has been rejected");
        Assert.Contains("Capture:PixelFormat", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_in_use_is_reported_and_read_once_it_is_free()
    {
        string device = Device();
        RunningFeed first = RunLive(Requesting(device));
        first.Next();
        RunningFeed second = RunLive(Requesting(device));
        await Until(() => second.Feed.LastError is not null, "it has been refused");
        Assert.Contains(
            $"is in use by another program; stop that program (`fuser -v {device}` names it)",
            second.Feed.LastError,
            StringComparison.Ordinal);
        first.Feed.Dispose();
        second.Next();
    }

    [Fact]
    public async Task A_device_that_falls_silent_is_lost_in_time_and_recovers()
    {
        string device = Device();
        RunningFeed running = RunLive(
            Requesting(device) with { ReadTimeout = TimeSpan.FromSeconds(2), OpenTimeout = TimeSpan.FromSeconds(5) });
        running.NextThat(f => f.Number >= 5);
        Control(device, "percentage_of_dropped_buffers=100");
        try
        {
            long begun = Stopwatch.GetTimestamp();
            await Until(() => !running.Feed.IsConnected, "the silence is noticed");
            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
            Assert.Contains("no picture for 2 s", running.Feed.LastError, StringComparison.Ordinal);
        }
        finally
        {
            Control(device, "percentage_of_dropped_buffers=0");
        }

        running.NextThat(f => f.StartsClip && f.Number >= 5);
    }

    [Fact]
    public void A_silent_device_stops_at_once()
    {
        string device = Device();
        RunningFeed running = RunLive(Requesting(device) with { ReadTimeout = TimeSpan.FromMinutes(5) });
        running.NextThat(f => f.Number >= 5);
        Control(device, "percentage_of_dropped_buffers=100");
        try
        {
            long begun = Stopwatch.GetTimestamp();
            running.Feed.Stop();
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3));
            Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Id.Id == 1010);
        }
        finally
        {
            Control(device, "percentage_of_dropped_buffers=0");
        }
    }

    [Theory]
    [InlineData("inject_fatal_streaming_error")]
    [InlineData("disconnect")]
    public async Task A_device_that_fails_or_is_unplugged_is_reopened(string fault)
    {
        string device = Device();
        RunningFeed running = RunLive(Requesting(device));
        running.NextThat(f => f.Number >= 5);
        Control(device, $"{fault}=1");
        await Until(() => Logs.GetSnapshot().Any(log => log.Id.Id == 1003), "the failure is noticed");
        TestContext.Current.TestOutputHelper!.WriteLine(Logs.GetSnapshot().First(log => log.Id.Id == 1003).Message);
        running.NextThat(f => f.StartsClip && f.Number >= 5);
    }

    private static CaptureOptions Requesting(string device, string format = "yuyv422") =>
        new() { Source = device, Size = PictureSize.Parse(Size), Rate = Rate, PixelFormat = format };

    private static string Device()
    {
        string? device = Environment.GetEnvironmentVariable("LUSEDGE_V4L2_DEVICE");
        Assert.SkipUnless(device is not null, "there is no V4L2 device: tests/debian/v4l2.sh runs this in a virtual machine");
        return device;
    }

    private static void Control(string device, string control)
    {
        using ChildProcess process = ChildProcess.Start(new ProcessStartInfo("v4l2-ctl", ["-d", device, "-c", control])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        process.OutputOfAll();
    }
}
