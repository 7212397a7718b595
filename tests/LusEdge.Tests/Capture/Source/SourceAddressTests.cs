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
    public void A_source_string_is_classified(string source, string kind, string url, string? format, bool isLive)
    {
        SourceAddress address = SourceAddress.Parse(source);
        Assert.Equal((kind, url, format, isLive), (address.Kind.ToString(), address.Url, address.Format, address.IsLive));
        Assert.Equal(kind is "Network" or "Device", address.CanComeBack);
    }

    [Fact]
    public void A_urls_name_shows_its_host_only_but_the_opened_url_is_whole()
    {
        SourceAddress address = SourceAddress.Parse("rtsp://nurse:geheim@10.0.0.7/1");
        Assert.Equal("rtsp://10.0.0.7/***", address.Name);
        Assert.Equal("rtsp://nurse:geheim@10.0.0.7/1", address.Url);
    }

    [Fact]
    public void Options_are_pairs_separated_by_spaces()
    {
        IReadOnlyDictionary<string, string> options =
            OptionsOf("clip.ts", new CaptureOptions { Options = "  probesize=5000  headers=a=b " });
        Assert.Equal(("5000", "a=b"), (options["probesize"], options["headers"]));
    }

    [Theory]
    [InlineData("probesize")]
    [InlineData("=5")]
    public void A_malformed_option_is_refused(string text)
    {
        var e = Assert.Throws<CaptureException>(() => OptionsOf("clip.ts", new CaptureOptions { Options = text }));
        Assert.Equal(CaptureFailure.InvalidOption, e.Reason);
        Assert.Contains("entry 1 is not an option", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_opened_in_non_blocking_mode() =>
        Assert.Equal("+nobuffer+4", OptionsOf("/dev/video0", new CaptureOptions())["fflags"]);

    [Theory]
    [InlineData("fflags=+discardcorrupt", "+nobuffer+4+discardcorrupt")]
    [InlineData("fflags=discardcorrupt", "+nobuffer+4+discardcorrupt")]
    [InlineData("fflags=-nobuffer", "+nobuffer+4-nobuffer")]
    public void No_option_makes_a_device_block(string given, string expected) =>
        Assert.Equal(expected, OptionsOf("/dev/video0", new CaptureOptions { Options = given })["fflags"]);

    [Fact]
    public void Device_settings_are_passed_on_under_FFmpegs_names()
    {
        IReadOnlyDictionary<string, string> options = OptionsOf(
            "/dev/v4l/by-id/usb-Grabber",
            new CaptureOptions { Size = new PictureSize(1280, 1024), Rate = 29.97, PixelFormat = "mjpeg" });
        Assert.Equal(("1280x1024", "29.97", "mjpeg"), (options["video_size"], options["framerate"], options["input_format"]));
    }

    [Fact]
    public void A_network_feed_opens_without_guessing_its_rate_unless_configured()
    {
        Assert.Equal("2", OptionsOf("rtsp://10.0.0.7/1", new CaptureOptions())["fpsprobesize"]);
        Assert.Equal("20", OptionsOf("rtsp://10.0.0.7/1", new CaptureOptions { Options = "fpsprobesize=20" })["fpsprobesize"]);
        Assert.DoesNotContain("fpsprobesize", OptionsOf("clip.mp4", new CaptureOptions()).Keys);
    }

    [Theory]
    [InlineData("video_size=640x480", "Capture:Size")]
    [InlineData("rtbufsize=1 framerate=25", "Capture:Rate")]
    [InlineData("input_format=mjpeg", "Capture:PixelFormat")]
    public void A_device_option_with_its_own_key_is_found(string given, string key) =>
        Assert.Equal(key, SourceAddress.Parse("/dev/video0").OptionWithOwnKey(given)?.Key);

    [Fact]
    public void For_other_sources_these_are_ordinary_options() =>
        Assert.Null(SourceAddress.Parse("lavfi:testsrc2").OptionWithOwnKey("video_size=640x480"));

    [Theory]
    [InlineData("udp://127.0.0.1:5000", "127.0.0.1")]
    [InlineData("udp://localhost:5000?fifo_size=5", "127.0.0.1")]
    [InlineData("rtp://127.0.0.1:5000", "127.0.0.1")]
    [InlineData("udp://0.0.0.0:5000", null)]
    [InlineData("udp://@:5000", null)]
    [InlineData("udp://239.0.0.1:5000", null)]
    [InlineData("udp://192.0.2.1:5000", null)]
    [InlineData("tcp://127.0.0.1:5000", null)]
    public void A_UDP_feed_listens_on_its_address_if_that_is_this_machines(string source, string? localAddress) =>
        Assert.Equal(localAddress, OptionsOf(source, new CaptureOptions()).GetValueOrDefault("localaddr"));

    [Theory]
    [InlineData("protocol_whitelist=file,http")]
    [InlineData("probesize=5000 enable_drefs=1")]
    public void No_option_lifts_the_restrictions(string given)
    {
        var options = new CaptureOptions { Source = "clip.mp4", Options = given };
        Assert.Equal(CaptureFailure.InvalidOption, Assert.Throws<CaptureException>(() => OptionsOf("clip.mp4", options)).Reason);
        Assert.StartsWith("Capture:Options: ", Assert.Single(options.Errors()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsp://nurse:gehe/im@10.0.0.7/1", "write %2F")]
    [InlineData("rtsp://nurse:gehe im@10.0.0.7/1", "a blank")]
    [InlineData("rtsp:/nurse:geheim@10.0.0.7/1", "rtsp://")]
    [InlineData("RTSP:nurse:geheim@10.0.0.7", "rtsp://")]
    [InlineData(" rtsp://nurse:geheim@10.0.0.7/1", "rtsp://")]
    [InlineData("concat:/a.ts|file:///geheim", "rtsp://")]
    [InlineData("subfile:///nurse:geheim@x", "rtsp://")]
    public void A_malformed_address_is_refused_without_being_repeated(string source, string advice)
    {
        string error = Assert.Single(new CaptureOptions { Source = source }.Errors());
        Assert.Contains(advice, error, StringComparison.Ordinal);
        string thrown = Assert.Throws<CaptureException>(() => OptionsOf(source, new CaptureOptions())).Message;
        Assert.All([error, thrown], text => Assert.DoesNotContain("geheim", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nurse:geheim@10.0.0.7/1")]
    [InlineData("//nurse:geheim@10.0.0.7/1")]
    [InlineData("lavfi:movie=rtsp\\://nurse\\:geheim@10.0.0.7")]
    public void The_name_of_a_path_or_graph_that_may_be_an_address_is_hidden(string source) =>
        Assert.DoesNotContain("geheim", SourceAddress.Parse(source).Name, StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, string> OptionsOf(string source, CaptureOptions configured) =>
        SourceAddress.Parse(source).OpenOptions(configured);
}
