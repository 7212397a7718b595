using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.Tests.Capture.Source;

public sealed class CaptureOptionsTests
{
    [Fact]
    public void Nothing_is_wrong_with_what_goes_together() => Assert.Empty(new CaptureOptions
    {
        Source = "/dev/video0",
        Size = new PictureSize(1280, 1024),
        Rate = 25,
        PixelFormat = "yuyv422",
        Geometry = new PictureSize(1280, 1024),
        Sector = new Sector(160, 40, 640, 640),
    }.Errors());

    [Fact]
    public void What_is_asked_of_devices_is_refused_for_other_sources()
    {
        string[] errors = [.. new CaptureOptions { Source = "rtsp://nurse:geheim@10.0.0.7/1", Size = new PictureSize(640, 480), Rate = 25, PixelFormat = "mjpeg" }.Errors()];
        Assert.Equal(["Capture:Size", "Capture:Rate", "Capture:PixelFormat"], errors.Select(e => e[..e.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.All(errors, e => Assert.Contains("rtsp://***@10.0.0.7/1 is none", e, StringComparison.Ordinal));
    }

    [Fact]
    public void A_devices_option_that_has_a_key_is_told_with_the_key() => Assert.Equal(
        ["Capture:Options: video_size has a key of its own. Write Capture:Size."],
        new CaptureOptions { Source = "/dev/video0", Options = "video_size=640x480" }.Errors());

    [Theory]
    [InlineData("600,0,41,41", null, "640x480", "Capture:Sector: 600,0,41,41 does not lie within Capture:Geometry 640x480")]
    [InlineData("none", "1280x720", "640x480", "Capture:Geometry: 640x480 is not the size that is asked of the device, Capture:Size 1280x720")]
    public void Keys_that_contradict_each_other_are_told(string sector, string? size, string? geometry, string told) => Assert.StartsWith(
        told,
        Assert.Single(new CaptureOptions { Source = "/dev/video0", Sector = Sector.Parse(sector), Size = SizeOf(size), Geometry = SizeOf(geometry) }.Errors()),
        StringComparison.Ordinal);

    private static PictureSize? SizeOf(string? text) => text is null ? null : PictureSize.Parse(text);
}
