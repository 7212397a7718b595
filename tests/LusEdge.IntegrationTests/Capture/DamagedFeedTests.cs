namespace LusEdge.IntegrationTests.Capture;

public sealed class DamagedFeedTests : FeedTest
{
    private const int TsPacket = 188;

    [Theory]
    [InlineData("-c:v libx264 -bf 0 -g 25", 61)]
    [InlineData("-c:v libx264 -bf 3 -g 25", 61)]
    [InlineData("-c:v mpeg2video -bf 2 -g 15 -b:v 1M", 701)]
    public void No_picture_that_packet_loss_has_changed_passes_for_whole(string codec, int loses)
    {
        string whole = Clip("whole.ts", ["-f", "lavfi", "-i", "testsrc2=s=192x128:r=25:d=6", "-pix_fmt", "yuv420p", "-threads", "1", .. codec.Split(' ')]);
        string lossy = PathOf("lossy.ts");
        File.WriteAllBytes(lossy, WithoutEvery(loses, File.ReadAllBytes(whole)));

        Dictionary<TimeSpan, byte[]> truth = Run(whole).Rest().ToDictionary(f => f.Pts!.Value, f => f.Pixels);
        List<SeenFrame> frames = Run(lossy).Rest();
        Assert.Equal(FFmpegTool.CountFrames(lossy), frames.Count);

        List<SeenFrame> changed = [.. frames.Where(f => f.Pts is not { } pts || !truth.TryGetValue(pts, out byte[]? pixels) || !pixels.AsSpan().SequenceEqual(f.Pixels))];
        Assert.NotEmpty(changed);
        Assert.All(changed, f => Assert.True(f.IsDamaged, $"frame {f.Number} is changed and passes for whole"));
        Assert.Contains(frames, f => !f.IsDamaged);
        Assert.Contains(frames.SkipWhile(f => !f.IsDamaged), f => !f.IsDamaged);
    }

    [Theory]
    [InlineData("mp4")]
    [InlineData("ts")]
    public void Noise_in_the_stream_costs_no_frame_its_place_in_the_count(string container)
    {
        string whole = H264Clip($"whole.{container}");
        string noisy = Clip($"noisy.{container}", "-i", whole, "-c", "copy", "-bsf:v", "noise=amount=300");
        List<SeenFrame> frames = Run(noisy).Rest();
        Assert.Equal(FFmpegTool.CountFrames(noisy), frames.Count);
        Assert.Contains(frames, f => f.IsDamaged);
        Assert.Equal(Enumerable.Range(0, frames.Count).Select(i => (long)i), frames.Select(f => f.Number));
    }

    /// <summary>Leaves out every so-manieth packet of the video, never a table: as a bad network does.</summary>
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
