using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// A source opens nothing but itself. Each file here refers to a second, valid video, the "other patient's", by the means of its
/// format; each server sends its client elsewhere.
/// </summary>
public sealed class ForeignReferenceTests : FeedTest
{

    /// <summary>The file's name, its text ({0}: the other's path), and the options that make ffmpeg follow it.</summary>
    public static readonly TheoryData<string, string, string> Files = new()
    {
        { "evil.m3u8", Playlist("{0}"), "" },
        { "evil.mp4", Playlist("{0}"), "-f hls" },
        { "evil.ffconcat", "ffconcat version 1.0\nfile 'file:{0}'\n", "-safe 0" },
        { "concat.mp4", "ffconcat version 1.0\nfile 'file:{0}'\n", "-safe 0" },
        {
            "evil.mpd",
            """
            <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011"
            type="static" mediaPresentationDuration="PT4S">
            <Period duration="PT4S"><AdaptationSet contentType="video"><Representation id="1" bandwidth="1" mimeType="video/mp2t">
            <BaseURL>{0}</BaseURL></Representation></AdaptationSet></Period></MPD>
            """,
            ""
        },
        { "other.idx", "# VobSub index file, v7\nsize: 96x64\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 0\n", "" },
        {
            "cpl.mp4",
            """
            <?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">
            <Id>urn:uuid:0</Id></CompositionPlaylist>
            """,
            ""
        },
        { "evil.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 33\n", "" },
        { "evil.asx", "<asx version=\"3.0\"><entry><ref href=\"file://{0}\"/></entry></asx>", "" },
        { "evil.xspf", "<playlist xmlns=\"http://xspf.org/ns/0/\"><trackList><track><location>file://{0}</location>", "" },
        { "evil.pls", "[playlist]\nFile1={0}\nNumberOfEntries=1\n", "" },
        { "evil.avs", "DirectShowSource(\"{0}\")\n", "" },
        { "evil.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file://{0}\"/></svg>", "" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_playlist_under_any_name_opens_no_second_file(string name, string text, string follow)
    {
        // VobSub names no file: it takes the one of its own name.
        string other = H264Clip(name == "other.idx" ? "other.sub" : "other.ts", "-bf 0 -f mpegts");
        File.WriteAllText(PathOf(name), text.Replace("{0}", other, StringComparison.Ordinal));
        AssertOpensOnlyItself(PathOf(name), other, follow);
    }

    [Fact]
    public void A_QuickTime_file_opens_no_video_that_it_refers_to()
    {
        string other = H264Clip("other.mov", "-bf 0");
        File.WriteAllBytes(PathOf("evil.mov"), WithReference(File.ReadAllBytes(other), other));
        AssertOpensOnlyItself(PathOf("evil.mov"), other, "-enable_drefs 1 -use_absolute_path 1");
    }

    [Fact]
    public void A_file_with_the_name_of_a_pattern_opens_no_sequence()
    {
        string other = Clip("p1.png", "-f", "lavfi", "-i", "testsrc2=s=96x64", "-frames:v", "1");
        File.WriteAllText(PathOf("p%d.png"), "no picture");
        AssertOpensOnlyItself(PathOf("p%d.png"), other, "");
    }

    [Fact]
    public void A_split_recording_opens_no_part_but_the_given()
    {
        string other = H264Clip("clip.M00", "-bf 0 -f mpegts");
        byte[] header = new byte[4096];
        "MLVI"u8.CopyTo(header);
        header[4] = 52;
        "v2.0"u8.CopyTo(header.AsSpan(8));
        header[26] = 2;
        File.WriteAllBytes(PathOf("clip.MLV"), header);
        AssertOpensOnlyItself(PathOf("clip.MLV"), other, "");
    }

    [Theory]
    [InlineData("other host", "http://{0}/other.ts")]
    [InlineData("other host's key", "/other.ts", "#EXT-X-KEY:METHOD=AES-128,URI=\"http://{0}/key\"\n")]
    [InlineData("other host's start", "/other.ts", "#EXT-X-MAP:URI=\"http://{0}/other.mp4\"\n")]
    [InlineData("file", "file://{1}")]
    [InlineData("redirect", "/moved.ts")]
    [InlineData("master", "/master")]
    [InlineData("port", "tcp://{2}")]
    public void An_HLS_playlist_may_refer_only_to_its_own_host(string what, string segment, string more = "")
    {
        string other = H264Clip("other.ts", "-bf 0");
        using var server = new HttpFiles();
        using var elsewhere = new HttpFiles();
        string Fill(string text) => text
            .Replace("{0}", elsewhere.OtherHost, StringComparison.Ordinal)
            .Replace("{1}", other, StringComparison.Ordinal)
            .Replace("{2}", elsewhere.Address, StringComparison.Ordinal);
        foreach (string path in (string[])["/other.ts", "/other.mp4"]) elsewhere.Serve(path, File.ReadAllBytes(other));
        server.Serve("/other.ts", File.ReadAllBytes(other));
        elsewhere.Serve("/key", "0123456789abcdef");
        server.Redirect("/moved.ts", $"http://{elsewhere.OtherHost}/other.ts");
        server.Serve("/live.m3u8", what == "master"
            ? $"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://{elsewhere.OtherHost}/live.m3u8\n"
            : Playlist(Fill(segment), Fill(more)));
        elsewhere.Serve("/live.m3u8", Playlist("/other.ts"));
        using var opened = new OpenedFiles(other);
        RunningFeed running = Make(new CaptureOptions { Source = $"http://{server.Address}/live.m3u8" });
        var e = Assert.Throws<CaptureException>(running.Feed.Open);
        Assert.Contains(e.Reason, (CaptureFailure[])[CaptureFailure.ForeignReference, CaptureFailure.NotVideo]);
        Assert.Empty(elsewhere.Requests);
        Assert.False(opened.Any());
    }

    [Fact]
    public async Task A_live_playlist_that_turns_to_another_host_is_cut_off()
    {
        string other = H264Clip("other.ts", "-bf 0");
        using var server = new HttpFiles();
        using var elsewhere = new HttpFiles();
        server.Serve("/own.ts", File.ReadAllBytes(other));
        elsewhere.Serve("/other.ts", File.ReadAllBytes(other));
        const string Begun = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n/own.ts\n";
        server.Serve("/live.m3u8", Begun);
        RunningFeed running = RunLive($"http://{server.Address}/live.m3u8");
        Assert.NotNull(running.Next());
        server.Serve("/live.m3u8", $"{Begun}#EXTINF:1,\nhttp://{elsewhere.OtherHost}/other.ts\n");
        await Until(() => running.Feed.LastError is not null, "it is refused");
        Assert.Contains($"it refers to http://{elsewhere.OtherHost}/***", running.Feed.LastError, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public void An_HLS_playlist_of_its_own_host_is_read()
    {
        using var server = new HttpFiles();
        server.Serve("/own.ts", File.ReadAllBytes(H264Clip("own.ts", "-bf 0")));
        server.Serve("/live.m3u8", Playlist("own.ts"));
        RunningFeed running = RunLive($"http://{server.Address}/live.m3u8");
        Assert.NotNull(running.Next());
        Assert.Equal("hls", running.Feed.Description!.Format);
    }

    [Theory]
    [InlineData("ffconcat version 1.0\nfile 'http://{0}/other.ts'\n")]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 33\n")]
    public void Over_HTTP_no_other_playlist_is_read(string text)
    {
        using var server = new HttpFiles();
        server.Serve("/list", text.Replace("{0}", server.Address, StringComparison.Ordinal));
        RunningFeed running = Make(new CaptureOptions { Source = $"http://{server.Address}/list" });
        Assert.Throws<CaptureException>(running.Feed.Open);
        Assert.All(server.Requests, request => Assert.StartsWith("GET /list ", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http", "GET")]
    [InlineData("rtsp", "OPTIONS")]
    public void A_redirect_to_another_host_is_not_followed(string scheme, string method)
    {
        using var elsewhere = new HttpFiles();
        using var server = new HttpFiles();
        string path = scheme == "rtsp" ? $"rtsp://{server.Address}/1" : "/1";
        server.Redirect(path, $"{scheme}://{elsewhere.OtherHost}/2");
        var e = Assert.Throws<CaptureException>(Make(new CaptureOptions { Source = $"{scheme}://{server.Address}/1" }).Feed.Open);
        Assert.Equal(CaptureFailure.ForeignReference, e.Reason);
        Assert.Contains($"it refers to {scheme}://{elsewhere.OtherHost}/***", e.Message, StringComparison.Ordinal);
        Assert.Contains(server.Requests, request => request.StartsWith(method, StringComparison.Ordinal));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public void A_redirect_within_the_host_is_followed()
    {
        using var server = new HttpFiles();
        server.Redirect("/1", $"http://{server.Address}/2");
        server.Redirect("/2", "/3");
        server.Serve("/3", File.ReadAllBytes(H264Clip("own.ts", "-bf 0")));
        Assert.NotNull(RunLive($"http://{server.Address}/1").Next());
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("rtp")]
    public async Task A_UDP_feed_on_the_loopback_is_closed_to_the_network(string scheme)
    {
        FFmpegLibraries.Load();
        bool isOld = FFmpegLibraries.Version.Contains("libavcodec 58", StringComparison.Ordinal);
        Assert.SkipWhen(scheme == "rtp" && isOld, "FFmpeg 4 can't bind RTP to one address");
        int port = LoopbackPort.Free();
        RunLive($"{scheme}://127.0.0.1:{port}");
        string[] bound = [];
        await Until(() => (bound = [.. BoundTo(port)]).Length > 0, "the port is bound");
        Assert.Equal(["0100007F"], bound);
    }

    /// <summary>The local addresses, as the kernel writes them, of the UDP sockets on a port.</summary>
    private static IEnumerable<string> BoundTo(int port) => File.ReadLines("/proc/net/udp")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Split(':'))
        .Where(local => local.Length == 2 && local[1] == port.ToString("X4", CultureInfo.InvariantCulture))
        .Select(local => local[0]);

    private static string Playlist(string segment, string more = "") =>
        $"#EXTM3U\n#EXT-X-TARGETDURATION:9\n{more}#EXTINF:4,\n{segment}\n#EXT-X-ENDLIST\n";

    private void AssertOpensOnlyItself(string source, string other, string follow)
    {
        using var opened = new OpenedFiles(other);
        RunningFeed running = Make(new CaptureOptions { Source = source });
        try
        {
            // Some of the formats hold pictures of their own, too, which may be read.
            running.Feed.Open();
        }
        catch (CaptureException)
        {
            Assert.Null(running.Feed.Description);
        }

        Assert.False(opened.Any(), $"{Path.GetFileName(source)} opened {Path.GetFileName(other)}");

        // The sample is real: without the restrictions, FFmpeg follows it. Not every release knows every format.
        using ChildProcess ffmpeg = FFmpegTool.Start(
            [.. follow.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-i", source, "-f", "null", "-"]);
        ffmpeg.WaitForExit();
        if (!opened.Any()) TestContext.Current.AddWarning($"this ffmpeg does not follow {Path.GetFileName(source)} by itself");
    }

    /// <summary>A QuickTime file whose pictures are in another file: its data reference becomes an alias.</summary>
    private static byte[] WithReference(byte[] file, string other)
    {
        byte[] path = Encoding.ASCII.GetBytes(other);
        byte[] alias = new byte[12 + 150 + 4 + path.Length + (path.Length % 2) + 4];
        BinaryPrimitives.WriteInt32BigEndian(alias, alias.Length);
        "alis"u8.CopyTo(alias.AsSpan(4));
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 4), (short)(alias.Length - 12));
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 6), 2);
        byte[] name = Encoding.ASCII.GetBytes(Path.GetFileName(other));
        alias[12 + 50] = (byte)name.Length;
        name.CopyTo(alias.AsSpan(12 + 51));
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 130), -1);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 132), -1);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 150), 2);
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(12 + 152), (short)path.Length);
        path.CopyTo(alias.AsSpan(12 + 154));
        BinaryPrimitives.WriteInt16BigEndian(alias.AsSpan(alias.Length - 4), -1);

        // The index comes after the pictures, so that no offset changes; the sizes of the boxes around do.
        int at = file.AsSpan().LastIndexOf("dref"u8) + 4 + 8;
        int old = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
        byte[] changed = [.. file[..at], .. alias, .. file[(at + old)..]];
        foreach (string box in (string[])["moov", "trak", "mdia", "minf", "dinf", "dref"])
        {
            int size = file.AsSpan(0, at).LastIndexOf(Encoding.ASCII.GetBytes(box)) - 4;
            BinaryPrimitives.WriteInt32BigEndian(
                changed.AsSpan(size), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(size)) + alias.Length - old);
        }

        return changed;
    }
}
