using System.Diagnostics;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// A V4L2 device: the kernel's vivid driver, which makes up a camera and lets faults be injected with v4l2-ctl.
/// LUSEDGE_V4L2_DEVICE names it (tests/debian/v4l2.sh does, in a virtual machine); without, the tests are skipped, except for
/// what needs no device.
/// </summary>
public sealed class DeviceFeedTests : FeedTest
{
    private const string Size = "320x180";
    private const double Rate = 10;

    /// <summary>Of which moment the driver's stamps are.</summary>
    private const string StampsOfExposure = "timestamp_source=1", StampsOfTheEnd = "timestamp_source=0";

    [Fact]
    public async Task A_device_that_is_not_there_is_told_and_waited_for()
    {
        RunningFeed running = RunLive("/dev/video987");
        await Until(() => running.Feed.LastError is not null, "the first attempt fails");
        Assert.Equal("/dev/video987 does not exist; check the cable, and see `ls /dev/v4l/by-id` for what is there.", running.Feed.LastError);
        Assert.True(running.Feed.CanComeBack);
    }

    [Fact]
    public void Pictures_of_another_size_than_was_asked_for_are_refused_with_both_sizes()
    {
        // No device, but what decides is the same: the first picture's size.
        RunningFeed running = Make(new CaptureOptions { Source = "lavfi:testsrc2=s=640x360:d=1", Size = PictureSize.Parse("641x361") });
        var e = Assert.Throws<CaptureException>(running.Feed.Open);
        Assert.Equal(CaptureFailure.SizeMismatch, e.Reason);
        Assert.Contains("delivers 640x360 although 641x361 was asked for (Capture:Size)", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Theory]
    [InlineData("yuyv422")]
    [InlineData("nv12")]
    public void A_device_gives_what_is_asked_with_the_drivers_own_stamps(string format)
    {
        string device = Device();
        Control(device, StampsOfExposure);
        RunningFeed running = RunLive(Asking(device, format: format));
        running.NextThat(f => f.Number >= 5);
        SeenFrame[] frames = [.. Enumerable.Range(0, 30).Select(_ => running.Next()!)];
        TimeSpan[] ages = [.. frames.Select(f => TimeProvider.System.GetElapsedTime(f.Timestamp, f.SeenAt)).Order()];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{running.Feed.Description!.PixelFormat}, {1 / running.Feed.Description!.FrameInterval.TotalSeconds:0.##} frames/s; age of a frame: {ages[0].TotalMilliseconds:0.0}, {ages[15].TotalMilliseconds:0.0}, {ages[^1].TotalMilliseconds:0.0} ms");

        Assert.Equal(("video4linux2,v4l2", format, new PictureSize(320, 180)), (running.Feed.Description!.Format, running.Feed.Description!.PixelFormat, running.Feed.Description!.Geometry));
        Assert.Equal(1 / Rate, running.Feed.Description!.FrameInterval.TotalSeconds, 3);
        // The stamps are the driver's, on the machine's own clock, and so even, whatever the machine does.
        Assert.All(frames, f => Assert.Equal(f.Pts!.Value.TotalMilliseconds, TimeProvider.System.GetElapsedTime(0, f.Timestamp).TotalMilliseconds, 0.01));
        Assert.All(frames.Zip(frames.Skip(1)), pair =>
        {
            double ticks = TimeProvider.System.GetElapsedTime(pair.First.Timestamp, pair.Second.Timestamp).TotalSeconds * Rate;
            Assert.Equal(Math.Round(ticks), ticks, 0.2);
            Assert.True(ticks > 0.8);
        });
        Assert.All(ages, age => Assert.InRange(age, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_stamp_that_lies_ahead_of_the_picture_gives_way_to_its_arrival()
    {
        // Of a picture that is made at once the driver's stamp for the end of its exposure is nine tenths of a period ahead.
        string device = Device();
        Control(device, StampsOfTheEnd);
        RunningFeed running = RunLive(Asking(device));
        running.NextThat(f => f.Number >= 5);
        SeenFrame[] frames = [.. Enumerable.Range(0, 10).Select(_ => running.Next()!)];
        Assert.All(frames, f => Assert.InRange(f.Timestamp, 0, f.SeenAt));
        Assert.Contains(frames, f => f.Pts > TimeProvider.System.GetElapsedTime(0, f.SeenAt));
    }

    [Fact]
    public async Task A_device_that_takes_another_size_than_was_asked_is_told_with_both()
    {
        RunningFeed running = RunLive(Asking(Device()) with { Size = PictureSize.Parse("641x361") });
        await Until(() => running.Feed.LastError is not null, "the size is compared");
        Assert.Contains("although 641x361 was asked for (Capture:Size)", running.Feed.LastError, StringComparison.Ordinal);
        Assert.False(running.Feed.Description is not null);
    }

    [Fact]
    public void A_device_that_gives_another_rate_than_was_asked_is_read_and_logged()
    {
        RunningFeed running = RunLive(Asking(Device()) with { Rate = 11 });
        running.Next();
        Assert.Contains(Logs.GetSnapshot(), log => log.Id.Id == 1015 && log.Message.Contains("although 11 were asked for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_without_the_pixel_format_is_told()
    {
        RunningFeed running = RunLive(Asking(Device(), format: "mjpeg"));
        await Until(() => running.Feed.LastError is not null, "the format is refused");
        Assert.Contains("Capture:PixelFormat", running.Feed.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_in_use_is_told_and_read_once_it_is_free()
    {
        string device = Device();
        RunningFeed first = RunLive(Asking(device));
        first.Next();
        RunningFeed second = RunLive(Asking(device));
        await Until(() => second.Feed.LastError is not null, "it is refused");
        Assert.Contains($"is in use by another program; end that one (`fuser -v {device}` names it)", second.Feed.LastError, StringComparison.Ordinal);
        first.Feed.Dispose();
        second.Next();
    }

    [Fact]
    public async Task A_device_that_falls_silent_is_lost_in_time_and_found_again()
    {
        string device = Device();
        RunningFeed running = RunLive(Asking(device) with { ReadTimeout = TimeSpan.FromSeconds(2), OpenTimeout = TimeSpan.FromSeconds(5) });
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
        RunningFeed running = RunLive(Asking(device) with { ReadTimeout = TimeSpan.FromMinutes(5) });
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
    public async Task A_device_that_fails_or_is_unplugged_is_opened_again(string fault)
    {
        string device = Device();
        RunningFeed running = RunLive(Asking(device));
        running.NextThat(f => f.Number >= 5);
        Control(device, $"{fault}=1");
        await Until(() => Logs.GetSnapshot().Any(log => log.Id.Id == 1003), "the failure is noticed");
        TestContext.Current.TestOutputHelper!.WriteLine(Logs.GetSnapshot().First(log => log.Id.Id == 1003).Message);
        running.NextThat(f => f.StartsClip && f.Number >= 5);
    }

    private static CaptureOptions Asking(string device, string format = "yuyv422") =>
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
