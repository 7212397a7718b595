using System.Security.Cryptography;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

public sealed class DamagedFeedTests : FeedTest
{
    private const int TsPacket = 188;
    private const int ClipSeconds = 8;

    [Theory]
    [InlineData("-c:v libx264 -bf 0 -g 25", 61)]
    [InlineData("-c:v libx264 -bf 3 -g 25", 61)]
    [InlineData("-c:v mpeg2video -bf 2 -g 15 -b:v 1M", 701)]
    public void No_picture_changed_by_packet_loss_passes_as_intact(string codec, int dropEvery)
    {
        string whole = Clip(
            "whole.ts",
            ["-f", "lavfi", "-i", "testsrc2=s=192x128:r=25:d=6", "-pix_fmt", "yuv420p", "-threads", "1", .. codec.Split(' ')]);
        string lossy = PathOf("lossy.ts");
        File.WriteAllBytes(lossy, WithoutEvery(dropEvery, File.ReadAllBytes(whole)));

        Dictionary<TimeSpan, byte[]> truth = Run(whole).Rest().ToDictionary(f => f.Pts!.Value, f => f.Pixels);
        List<SeenFrame> frames = Run(lossy).Rest();
        Assert.Equal(FFmpegTool.CountFrames(lossy), frames.Count);

        List<SeenFrame> changed =
        [
            .. frames.Where(f =>
                f.Pts is not { } pts
                || !truth.TryGetValue(pts, out byte[]? pixels)
                || !pixels.AsSpan().SequenceEqual(f.Pixels)),
        ];
        Assert.NotEmpty(changed);
        Assert.All(changed, f => Assert.True(f.IsDamaged, $"frame {f.Number} is changed but passes as intact"));
        Assert.Contains(frames, f => !f.IsDamaged);
        Assert.Contains(frames.SkipWhile(f => !f.IsDamaged), f => !f.IsDamaged);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void No_picture_changed_by_RTP_packet_loss_passes_as_intact(int bFrames)
    {
        string clip = KeyFramesOfManyPackets(bFrames);
        HashSet<string> whole = [.. Run(clip).Rest().Select(Fingerprint)];
        using var sender = LossySender.OfRtp(clip);
        File.WriteAllText(PathOf("clip.sdp"), sender.Description);
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"sdp:{PathOf("clip.sdp")}", ReadTimeout = TimeSpan.FromSeconds(1) });
        AssertChangesAreFlagged(whole, UntilLost(running, () => sender.Start(dropEvery: 37)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void No_live_picture_changed_by_packet_loss_passes_as_intact(int bFrames)
    {
        string clip = KeyFramesOfManyPackets(bFrames);
        HashSet<string> whole = [.. Run(clip).Rest().Select(Fingerprint)];
        using var sender = LossySender.OfTransportStream(clip, ClipSeconds);
        RunningFeed running = RunLive(
            new CaptureOptions { Source = $"udp://{sender.Receiver}", ReadTimeout = TimeSpan.FromSeconds(1) });
        AssertChangesAreFlagged(whole, UntilLost(running, () => sender.Start(dropEvery: 101)));
    }

    [Theory]
    [InlineData("mp4")]
    [InlineData("ts")]
    public void Noise_in_the_stream_does_not_disturb_the_frame_count(string container)
    {
        string whole = H264Clip($"whole.{container}");
        string noisy = Clip($"noisy.{container}", "-i", whole, "-c", "copy", "-bsf:v", "noise=amount=300");
        List<SeenFrame> frames = Run(noisy).Rest();
        Assert.Equal(FFmpegTool.CountFrames(noisy), frames.Count);
        Assert.Contains(frames, f => f.IsDamaged);
        Assert.Equal(Enumerable.Range(0, frames.Count).Select(i => (long)i), frames.Select(f => f.Number));
    }

    private static List<SeenFrame> UntilLost(RunningFeed running, Action send)
    {
        send();
        var frames = new List<SeenFrame> { running.Next()! };
        while (running.Feed.IsConnected)
        {
            if (running.Feed.Take(TimeSpan.FromMilliseconds(50), out CapturedFrame? frame) == TakeResult.Frame)
            {
                frames.Add(running.See(frame!));
            }
        }

        return frames;
    }

    private static void AssertChangesAreFlagged(HashSet<string> whole, List<SeenFrame> frames)
    {
        List<SeenFrame> changed = [.. frames.Where(f => !whole.Contains(Fingerprint(f)))];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{frames.Count} frames, {changed.Count} changed, {frames.Count(f => f.IsDamaged)} marked as damaged");
        Assert.NotEmpty(changed);
        Assert.All(changed, f => Assert.True(f.IsDamaged, $"frame {f.Number} is changed but passes as intact"));
        Assert.Contains(frames.SkipWhile(f => !f.IsDamaged), f => !f.IsDamaged);
    }

    private static string Fingerprint(SeenFrame frame) => Convert.ToHexString(SHA256.HashData(frame.Pixels));

    /// <summary>Between the large key frames, a loss can remove a whole small picture, which leaves no other sign.</summary>
    private string KeyFramesOfManyPackets(int bFrames) => Clip(
        "clip.ts", "-f", "lavfi", "-i", $"testsrc2=s=192x128:r=25:d={ClipSeconds}", "-pix_fmt", "yuv420p",
        "-threads", "1", "-c:v", "libx264", "-bf", $"{bFrames}", "-g", "25");

    /// <summary>Drops every n-th video packet, like a bad network, but never a table.</summary>
    private static byte[] WithoutEvery(int nth, byte[] stream)
    {
        const int VideoPid = 0x100;
        var kept = new List<byte>(stream.Length);
        int video = 0;
        for (int at = 0; at + TsPacket <= stream.Length; at += TsPacket)
        {
            int pid = ((stream[at + 1] & 0x1F) << 8) | stream[at + 2];
            if (pid == VideoPid && ++video % nth == 0) continue;
            kept.AddRange(stream.AsSpan(at, TsPacket));
        }

        return [.. kept];
    }
}
