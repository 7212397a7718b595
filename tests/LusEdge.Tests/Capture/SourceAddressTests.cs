using LusEdge.Capture;

namespace LusEdge.Tests.Capture;

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
        Assert.Equal(kind is "Network" or "Device", address.MayComeBack);
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
        IReadOnlyDictionary<string, string> options = SourceAddress.Parse("clip.ts").OpenOptions("  probesize=5000  headers=a=b ");
        Assert.Equal(new Dictionary<string, string> { ["probesize"] = "5000", ["headers"] = "a=b" }, options);
    }

    [Theory]
    [InlineData("probesize")]
    [InlineData("=5")]
    public void A_malformed_option_is_refused(string text)
    {
        var e = Assert.Throws<CaptureException>(() => SourceAddress.Parse("clip.ts").OpenOptions(text));
        Assert.Equal(CaptureFailure.InvalidOption, e.Reason);
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_opened_without_blocking() =>
        Assert.Equal("+nobuffer+4", SourceAddress.Parse("/dev/video0").OpenOptions("")["fflags"]);
}
