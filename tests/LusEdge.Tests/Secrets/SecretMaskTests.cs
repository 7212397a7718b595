using LusEdge.Secrets;

namespace LusEdge.Tests.Secrets;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData(
        "[tcp] Connection to tcp://u:p@h:1 failed, then tcp://u:p@h:2.",
        "[tcp] Connection to tcp://h:1 failed, then tcp://h:2.")]
    [InlineData("Opening 'http://h/live?pin=1234' for reading", "Opening 'http://h/***' for reading")]
    [InlineData(@"movie=rtsp\://u\:p@h/1[scan]", "movie=rtsp://h/***]")]
    [InlineData("Opening 'file:/data/a@b.mp4' for reading", "Opening 'file:/data/a@b.mp4' for reading")]
    [InlineData("a@b.mp4: 3/4 of it", "a@b.mp4: 3/4 of it")]
    public void A_url_in_a_text_shows_its_host_only(string text, string masked) =>
        Assert.Equal(masked, SecretMask.MaskUrls(text));

    [Fact]
    public void What_a_server_repeats_of_a_stream_key_is_masked() => Assert.Equal(
        "Server error: no stream *** here",
        SecretMask.OfSource("rtmp://10.0.0.7/live/abcd-1234", "").Mask("Server error: no stream abcd-1234 here"));

    [Fact]
    public void An_option_value_that_FFmpeg_repeats_is_masked() => Assert.Equal(
        "Error setting option passphrase to value ***.",
        SecretMask.OfSource("srt://10.0.0.7:9000", "latency=20 passphrase=geheim1234")
            .Mask("Error setting option passphrase to value geheim1234."));

    [Fact]
    public void A_host_that_is_a_url_is_masked_in_the_librarys_words() => Assert.Equal(
        "Error while connecting host 'Unspecified/mqtt://broker:1883'.",
        SecretMask.OfBroker("mqtt://nurse:geheim@broker:1883", "nurse")
            .Mask("Error while connecting host 'Unspecified/mqtt://nurse:geheim@broker:1883'."));
}
