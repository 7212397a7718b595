using LusEdge.FFmpeg;

namespace LusEdge.Tests.FFmpeg;

public sealed class ReferenceGuardTests
{
    [Theory]
    [InlineData("http://u:p@cam:80/live.m3u8", "http://cam/1.ts", true)]
    [InlineData("http://cam/live.m3u8", "https://CAM:8443/1.ts", true)]
    [InlineData("http://cam/live.m3u8", "1.ts", true)]
    [InlineData("http://cam/live.m3u8", "/a:b/1.ts", true)]
    [InlineData("http://cam/live.m3u8", "//cam/1.ts", true)]
    [InlineData("http://cam/live.m3u8", "crypto+http://cam/1.ts", true)]
    [InlineData("rtsp://cam/1", "rtsp://cam:8554/2", true)]
    [InlineData("http://[::1]:80/1", "http://[::1]:81/2", true)]
    [InlineData("file:/a.mp4", "file:/a.mp4", true)]
    [InlineData("file:/a.mp4", "file:/b.mp4", false)]
    [InlineData("file:/a.mp4", "b.mp4", false)]
    [InlineData("http://cam/live.m3u8", "http://other/1.ts", false)]
    [InlineData("http://cam/live.m3u8", "//other/1.ts", false)]
    [InlineData("http://cam/live.m3u8", "http://cam@other/1.ts", false)]
    [InlineData("http://cam/live.m3u8", "http://other/?cam", false)]
    [InlineData("http://cam/live.m3u8", "crypto+http://other/1.ts", false)]
    [InlineData("http://cam/live.m3u8", "crypto:http://cam/1.ts", false)]
    [InlineData("http://cam/live.m3u8", "file:///b.mp4", false)]
    [InlineData("http://cam/live.m3u8", "file://cam/b.mp4", false)]
    [InlineData("http://cam/live.m3u8", "tcp://cam:22", false)]
    [InlineData("http://[::1]:80/1", "http://[::2]:80/1", false)]
    public void A_source_may_refer_only_to_its_own_host(string url, string reference, bool allowed)
    {
        using var deadline = new ReadDeadline();
        Assert.Equal(allowed, new ReferenceGuard(url, deadline).Allows(reference));
    }

    [Theory]
    [InlineData("[hls] Opening 'http://other/it's for 1.ts' for reading", "http://other/it's for 1.ts")]
    [InlineData("[http] header='Location: http://other/'", "http://other/")]
    [InlineData("[http] header='location:http://other/'", "http://other/")]
    [InlineData("[hls] HLS request for url 'http://other/1', offset 0, playlist 0", "http://other/1")]
    [InlineData("[rtsp] Status 302: Redirecting to rtsp://other/1", "rtsp://other/1")]
    [InlineData("[http] header='Location: /1'", null)]
    [InlineData("[http] header='Server: http://other/'", null)]
    public void A_line_that_announces_a_foreign_url_interrupts_the_source(string line, string? foreign)
    {
        using var deadline = new ReadDeadline();
        Assert.Equal(foreign, new ReferenceGuard("http://cam/1", deadline).Check(line));
        Assert.Equal(foreign is not null, deadline.HasPassed);
        deadline.Arm(TimeSpan.FromMinutes(1));
        Assert.False(deadline.HasPassed);
    }
}
