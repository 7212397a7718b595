using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// Every gray level of every frame against what the <c>ffmpeg</c> command makes of the same clip: that of this machine, or that
/// of another release, which left <c>NAME</c>, the clip, and <c>NAME.gray</c>, its frames in 8-bit gray one after the other, in
/// the folder that LUSEDGE_REFERENCE_CLIPS names.
/// </summary>
public sealed class ReferenceClipTests : FeedTest
{
    /// <summary>Releases round differently, by a level at most.</summary>
    private const int Tolerance = 1;

    private const string Area = "33,27,101,75";

    /// <summary>Clips of each codec and pixel format that carts send, and how they are made.</summary>
    public static readonly TheoryData<string, string> Clips = new()
    {
        { "h264.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 25" },
        { "h264.ts", "-c:v libx264 -pix_fmt yuv420p -bf 0 -g 10" },
        { "h264-444.mp4", "-c:v libx264 -pix_fmt yuv444p" },
        { "h264-full.mp4", "-c:v libx264 -pix_fmt yuvj420p -color_range pc" },
        { "mpeg2.mpg", "-c:v mpeg2video -pix_fmt yuv420p -bf 2 -qscale:v 2" },
        { "mjpeg.avi", "-c:v mjpeg -pix_fmt yuvj422p -qscale:v 3" },
        { "gray.mkv", "-c:v ffv1 -pix_fmt gray" },
        { "palette.gif", "" },
    };

    [Theory]
    [MemberData(nameof(Clips))]
    public void Each_frame_is_as_the_ffmpeg_command_makes_it(string name, string how)
    {
        string? folder = Environment.GetEnvironmentVariable("LUSEDGE_REFERENCE_CLIPS");
        string clip = folder is null ? PathOf(name) : Path.Combine(folder, name);
        if (!File.Exists($"{clip}.gray")) Make(clip, how);
        byte[] reference = File.ReadAllBytes($"{clip}.gray");
        List<SeenFrame> frames = Run(new CaptureOptions { Source = clip, Sector = Sector.Parse(Area) }).Rest();
        int size = frames[0].Pixels.Length;
        Assert.Equal(reference.Length, frames.Count * size);
        int[] off = new int[256];
        foreach ((int i, SeenFrame frame) in frames.Index())
        {
            Assert.False(frame.IsDamaged);
            foreach ((byte ours, byte theirs) in frame.Pixels.Zip(reference.Skip(i * size))) off[Math.Abs(ours - theirs)]++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{frames.Count} frames; pixels off by 0, 1, 2, more: {off[0]}, {off[1]}, {off[2]}, {off.Skip(3).Sum()}");
        Assert.Equal(0, off.Skip(Tolerance + 1).Sum());
    }

    private static void Make(string clip, string how)
    {
        FFmpegTool.Run(["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-threads", "1", .. how.Split(' ', StringSplitOptions.RemoveEmptyEntries), clip]);
        string[] sector = Area.Split(',');
        FFmpegTool.Run("-i", clip, "-vf", $"crop={sector[2]}:{sector[3]}:{sector[0]}:{sector[1]}:exact=1,format=gray", "-vsync", "0", "-f", "rawvideo", $"{clip}.gray");
    }
}
