using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.Tests.Capture.Source;

public sealed class SourceAddressTests
{
    [Theory]
    [InlineData("clip.mp4", "File", "file:clip.mp4", null, false)]
    [InlineData("3:45 pm.mp4", "File", "file:3:45 pm.mp4", null, false)]
    [InlineData("file:/data/clip.mp4", "File", "file:/data/clip.mp4", null, false)]
    [InlineData("lavfi:testsrc2=rate=25", "Generated", "testsrc2=rate=25", "lavfi", false)]
    [InlineData("lavfi:testsrc2=rate=25,realtime", "Generated", "testsrc2=rate=25,realtime", "lavfi", true)]
    [InlineData("/dev/video0", "Device", "/dev/video0", "v4l2", true)]
    [InlineData("/dev/v4l/by-id/usb-Grabber", "Device", "/dev/v4l/by-id/usb-Grabber", "v4l2", true)]
    [InlineData("udp://127.0.0.1:5000", "Network", "udp://127.0.0.1:5000", null, true)]
    public void A_source_string_tells_what_it_is(string source, string kind, string url, string? format, bool isLive)
    {
        SourceAddress address = SourceAddress.Parse(source);
        Assert.Equal((kind, url, format, isLive), (address.Kind.ToString(), address.Url, address.Format, address.IsLive));
        Assert.Equal(kind is "Network" or "Device", address.CanComeBack);
    }

    [Fact]
    public void The_name_of_a_url_holds_no_credentials_but_what_is_opened_does()
    {
        SourceAddress address = SourceAddress.Parse("rtsp://nurse:geheim@10.0.0.7/1");
        Assert.Equal("rtsp://***@10.0.0.7/1", address.Name);
        Assert.Equal("rtsp://nurse:geheim@10.0.0.7/1", address.Url);
    }

    [Fact]
    public void Options_are_pairs_with_blanks_between()
    {
        IReadOnlyDictionary<string, string> options = SourceAddress.Parse("clip.ts").OpenOptions(new CaptureOptions { Options = "  probesize=5000  headers=a=b " });
        Assert.Equal(new Dictionary<string, string> { ["probesize"] = "5000", ["headers"] = "a=b" }, options);
    }

    [Theory]
    [InlineData("probesize")]
    [InlineData("=5")]
    public void A_malformed_option_is_refused(string text)
    {
        var e = Assert.Throws<CaptureException>(() => SourceAddress.Parse("clip.ts").OpenOptions(new CaptureOptions { Options = text }));
        Assert.Equal(CaptureFailure.InvalidOption, e.Reason);
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_opened_without_blocking() =>
        Assert.Equal("+nobuffer+4", OptionsOf("/dev/video0", new CaptureOptions())["fflags"]);

    [Theory]
    [InlineData("fflags=+discardcorrupt", "+nobuffer+4+discardcorrupt")]
    [InlineData("fflags=discardcorrupt", "+nobuffer+4+discardcorrupt")]
    [InlineData("fflags=-nobuffer", "+nobuffer+4-nobuffer")]
    public void No_option_makes_a_device_block(string given, string expected) =>
        Assert.Equal(expected, OptionsOf("/dev/video0", new CaptureOptions { Options = given })["fflags"]);

    [Fact]
    public void What_is_asked_of_a_device_goes_to_it_by_FFmpegs_names()
    {
        IReadOnlyDictionary<string, string> options = OptionsOf("/dev/v4l/by-id/usb-Grabber", new CaptureOptions { Size = new PictureSize(1280, 1024), Rate = 29.97, PixelFormat = "mjpeg" });
        Assert.Equal(("1280x1024", "29.97", "mjpeg"), (options["video_size"], options["framerate"], options["input_format"]));
    }

    [Fact]
    public void A_network_feed_opens_without_guessing_its_rate_unless_the_configuration_says_otherwise()
    {
        Assert.Equal("2", OptionsOf("rtsp://10.0.0.7/1", new CaptureOptions())["fpsprobesize"]);
        Assert.Equal("20", OptionsOf("rtsp://10.0.0.7/1", new CaptureOptions { Options = "fpsprobesize=20" })["fpsprobesize"]);
        Assert.Empty(OptionsOf("clip.mp4", new CaptureOptions()));
    }

    [Theory]
    [InlineData("video_size=640x480", "Capture:Size")]
    [InlineData("rtbufsize=1 framerate=25", "Capture:Rate")]
    [InlineData("input_format=mjpeg", "Capture:PixelFormat")]
    public void A_devices_option_that_has_a_key_of_its_own_is_told(string given, string key) =>
        Assert.Equal(key, SourceAddress.Parse("/dev/video0").OptionWithOwnKey(given)?.Key);

    [Fact]
    public void To_other_sources_these_are_options_like_any_other() => Assert.Null(SourceAddress.Parse("lavfi:testsrc2").OptionWithOwnKey("video_size=640x480"));

    private static IReadOnlyDictionary<string, string> OptionsOf(string source, CaptureOptions configured) => SourceAddress.Parse(source).OpenOptions(configured);
}
