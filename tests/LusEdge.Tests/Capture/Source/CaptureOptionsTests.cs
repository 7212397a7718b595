using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.Tests.Capture.Source;

public sealed class CaptureOptionsTests
{
    [Fact]
    public void Consistent_options_have_no_errors() => Assert.Empty(new CaptureOptions
    {
        Source = "/dev/video0",
        Size = new PictureSize(1280, 1024),
        Rate = 25,
        PixelFormat = "yuyv422",
        Geometry = new PictureSize(1280, 1024),
        Sector = new Sector(160, 40, 640, 640),
    }.Errors());

    [Fact]
    public void Device_keys_are_refused_for_other_sources()
    {
        var options = new CaptureOptions
        {
            Source = "rtsp://nurse:geheim@10.0.0.7/1",
            Size = new PictureSize(640, 480),
            Rate = 25,
            PixelFormat = "mjpeg",
        };
        string[] errors = [.. options.Errors()];
        Assert.Equal(
            ["Capture:Size", "Capture:Rate", "Capture:PixelFormat"],
            errors.Select(e => e[..e.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.All(errors, e => Assert.Contains("rtsp://10.0.0.7/*** is not one", e, StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_option_with_its_own_key_is_refused_with_that_key() => Assert.Equal(
        ["Capture:Options: video_size has its own key for this Capture:Source. Use Capture:Size."],
        new CaptureOptions { Source = "/dev/video0", Options = "video_size=640x480" }.Errors());

    [Theory]
    [InlineData("600,0,41,41", null, "640x480", "Capture:Sector: 600,0,41,41 does not fit within Capture:Geometry 640x480")]
    [InlineData("none", "1280x720", "640x480", "Capture:Geometry: 640x480 differs from Capture:Size 1280x720")]
    public void Contradictory_keys_are_reported(string sector, string? size, string? geometry, string expected)
    {
        var options = new CaptureOptions
        {
            Source = "/dev/video0",
            Sector = Sector.Parse(sector),
            Size = SizeOf(size),
            Geometry = SizeOf(geometry),
        };
        Assert.StartsWith(expected, Assert.Single(options.Errors()), StringComparison.Ordinal);
    }

    private static PictureSize? SizeOf(string? text) => text is null ? null : PictureSize.Parse(text);
}
