using LusEdge.Secrets;

namespace LusEdge.Tests.Secrets;

public sealed class AddressTests
{
    [Theory]
    [InlineData("rtsp://10.0.0.7:554", "rtsp://10.0.0.7:554")]
    [InlineData("http://[::1]:80/", "http://[::1]:80")]
    [InlineData("rtsp://10.0.0.7:554/stream", "rtsp://10.0.0.7:554/***")]
    [InlineData("rtsp://nurse:geheim@10.0.0.7/stream", "rtsp://10.0.0.7/***")]
    [InlineData("rtsp://nurse:p@ss:w@rd@10.0.0.7", "rtsp://10.0.0.7")]
    [InlineData("http://cam/video.cgi?loginuse=admin&loginpas=geheim", "http://cam/***")]
    [InlineData("rtsp://cam/user=admin_password=geheim_channel=1", "rtsp://cam/***")]
    [InlineData("rtsp://cam;token=geheim", "rtsp://***")]
    [InlineData("rtsp:/nurse:geheim@cam/1", "rtsp://cam/***")]
    // Which part is the host can't be told.
    [InlineData("rtsp://nurse:gehe/im@cam/1", "rtsp://***")]
    [InlineData("rtsp://nurse:12?34@cam/1", "rtsp://***")]
    [InlineData("rtsp://nurse:p@gehe/im@cam/1", "rtsp://***")]
    [InlineData("rtsp://nurse:gehe im@cam", "rtsp://cam")]
    [InlineData("rtsp://nurse:geheim", "rtsp://***")]
    [InlineData("geheim", "***")]
    public void Of_a_url_only_scheme_host_and_port_are_shown(string url, string shown) => Assert.Equal(shown, Address.Show(url));

    [Theory]
    [InlineData("broker.ward-3.example", "broker.ward-3.example")]
    [InlineData("::1", "::1")]
    [InlineData("mqtt://nurse:geheim@broker:1883", "mqtt://broker:1883")]
    [InlineData("nurse:geheim@broker", "***")]
    [InlineData("broker\n", "***")]
    public void A_host_is_shown_only_if_it_is_one(string host, string shown) => Assert.Equal(shown, Address.ShowHost(host));

    [Theory]
    [InlineData("rtsp://nurse:gehe%2Fim@cam/1", null)]
    [InlineData("http://cam/a@b", null)]
    [InlineData("rtsp://nurse:gehe/im@cam/1", '/')]
    [InlineData("rtsp://nurse:gehe?im@cam/1", '?')]
    [InlineData("rtsp://nurse:gehe#im@cam/1", '#')]
    [InlineData("rtsp://nurse:gehe@im@cam/1", '@')]
    [InlineData("rtsp://nurse:gehe im@cam/1", ' ')]
    [InlineData("rtsp://nurse:ge@he/im@cam/1", '/')]
    [InlineData("clip @ 3:45.mp4", null)]
    public void The_character_that_must_be_percent_encoded_is_found(string url, char? character) =>
        Assert.Equal(character, Address.Misencoded(url));
}
