using System.Net;
using System.Net.Sockets;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

public sealed class FeedFailureTests : FeedTest
{
    [Fact]
    public void A_missing_file_is_reported() => AssertFails(CaptureFailure.NotFound, "/nonexistent/clip.mp4", "does not exist");

    [Fact]
    public void A_directory_is_reported() => AssertFails(CaptureFailure.NotFound, Path.GetTempPath(), "is a directory");

    [Theory]
    [InlineData("notes.txt", "Patient breathes well.\nNo finding.\n")]
    [InlineData("notes", "Patient breathes well.\nNo finding.\n")]
    [InlineData("notes.mp4", "Patient breathes well.\nNo finding.\n")]
    [InlineData("empty.mp4", "")]
    public void A_text_file_is_not_video(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        AssertFails(CaptureFailure.NotVideo, PathOf(name), "video");
    }

    [Fact]
    public void Garbage_is_not_video()
    {
        byte[] garbage = new byte[200_000];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes(PathOf("garbage.mp4"), garbage);
        AssertFails(CaptureFailure.NotVideo, PathOf("garbage.mp4"), "video");
    }

    [Fact]
    public void Audio_is_not_video() =>
        AssertFails(CaptureFailure.NotVideo, Clip("a.wav", "-f", "lavfi", "-i", "sine=d=0.2"), "has no video stream");

    [Fact]
    public void An_mp4_cut_off_before_its_index_is_reported_with_FFmpegs_own_cause()
    {
        byte[] whole = File.ReadAllBytes(H264Clip("whole.mp4"));
        File.WriteAllBytes(PathOf("cut.mp4"), whole[..(whole.Length / 2)]);
        AssertFails(CaptureFailure.NotVideo, PathOf("cut.mp4"), "moov atom not found");
    }

    [Fact]
    public void A_port_with_no_listener_is_unreachable() =>
        AssertFails(CaptureFailure.Unreachable, $"tcp://127.0.0.1:{LoopbackPort.Free()}", "can't be reached");

    [Fact]
    public void A_server_that_never_sends_times_out()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        AssertFails(
            CaptureFailure.Unreachable,
            new CaptureOptions { Source = $"tcp://{silent.LocalEndpoint}", OpenTimeout = TimeSpan.FromMilliseconds(300) },
            "sent no video within 0.3 s");
    }

    [Fact]
    public void An_address_unknown_to_the_server_is_not_found()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = new Thread(() =>
        {
            using TcpClient client = server.AcceptTcpClient();
            _ = client.GetStream().Read(new byte[4096]);
            client.GetStream().Write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
        });
        answering.Start();
        AssertFails(CaptureFailure.NotFound, $"http://{server.LocalEndpoint}/live", "does not exist");
        answering.Join();
    }

    [Fact]
    public void An_unsupported_protocol_is_reported() =>
        AssertFails(CaptureFailure.UnknownProtocol, "carrierpigeon://10.0.0.7/", "protocol");

    [Fact]
    public void Credentials_stay_out_of_messages_and_logs()
    {
        string source = $"http://nurse:geheim@127.0.0.1:{LoopbackPort.Free()}/live?token=streng";
        var e = AssertFails(CaptureFailure.Unreachable, source, "can't be reached");
        string[] texts = [e.Message, .. Logs.GetSnapshot().Select(log => log.Message)];
        Assert.All(texts, text => Assert.DoesNotContain("geheim", text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotContain("streng", text, StringComparison.Ordinal));
        Assert.Contains("http://127.0.0.1:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_unknown_to_FFmpeg_is_refused_by_name() => AssertFails(
        CaptureFailure.InvalidOption,
        new CaptureOptions { Source = H264Clip("clip.mp4"), Options = "probesize=50000 porbesize=1" },
        "\"porbesize\"");

    [Fact]
    public void An_option_value_that_FFmpeg_rejects_is_refused() => AssertFails(
        CaptureFailure.InvalidOption,
        new CaptureOptions { Source = H264Clip("clip.mp4"), Options = "probesize=many" },
        "probesize");

    [Fact]
    public void An_invalid_filter_graph_is_refused() =>
        AssertFails(CaptureFailure.InvalidOption, "lavfi:nosuchpicture=s=1x1", "nosuchpicture");

    [Fact]
    public void A_sector_outside_the_picture_is_refused() => AssertFails(
        CaptureFailure.InvalidSector,
        new CaptureOptions { Source = "lavfi:testsrc2=s=96x64:d=1", Sector = new Sector(50, 50, 50, 50) },
        "does not fit within the 96x64 picture");

    private CaptureException AssertFails(CaptureFailure reason, string source, string text) =>
        AssertFails(reason, new CaptureOptions { Source = source }, text);

    private CaptureException AssertFails(CaptureFailure reason, CaptureOptions options, string text)
    {
        var e = Assert.Throws<CaptureException>(Make(options).Feed.Open);
        Assert.Equal(reason, e.Reason);
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        return e;
    }
}
