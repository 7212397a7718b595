using LusEdge.FFmpeg;

namespace LusEdge.Tests.FFmpeg;

public sealed class CredentialsTests
{
    [Theory]
    [InlineData("rtsp://10.0.0.7:554/stream", "rtsp://10.0.0.7:554/stream")]
    [InlineData("rtsp://nurse:geheim@10.0.0.7/stream", "rtsp://***@10.0.0.7/stream")]
    [InlineData("rtsp://nurse:p@ss:w@rd@10.0.0.7/a@b", "rtsp://***@10.0.0.7/a@b")]
    [InlineData(
        "srt://host:9000?mode=caller&passphrase=geheim&latency=20",
        "srt://host:9000?mode=caller&passphrase=***&latency=20")]
    [InlineData("http://host/live?access_token=abc", "http://host/live?access_token=***")]
    [InlineData(
        "[tcp @ 0x1] Connection to tcp://u:p@h:1 failed, then tcp://u:p@h:2",
        "[tcp @ 0x1] Connection to tcp://***@h:1 failed, then tcp://***@h:2")]
    [InlineData("a@b.mp4", "a@b.mp4")]
    public void Secrets_are_masked_and_the_rest_stays_readable(string text, string masked) =>
        Assert.Equal(masked, Credentials.Mask(text));
}
