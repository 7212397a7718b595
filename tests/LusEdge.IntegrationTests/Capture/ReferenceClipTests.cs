using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// Compares every gray level of every frame with the <c>ffmpeg</c> command's output for the same clip: this machine's, or another
/// release's, which left the clip, <c>NAME</c>, and its consecutive 8-bit gray frames, <c>NAME.gray</c>, in the folder
/// LUSEDGE_REFERENCE_CLIPS.
/// </summary>
public sealed class ReferenceClipTests : FeedTest
{
    /// <summary>Releases round differently, by one level at most.</summary>
    private const int Tolerance = 1;

    private const string Area = "33,27,101,75";

    /// <summary>Clips of each codec and pixel format that carts send, with the arguments that make them.</summary>
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
    public void Each_frame_matches_the_ffmpeg_commands_output(string name, string how)
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
            foreach ((byte ours, byte theirs) in frame.Pixels.Zip(reference.Skip(i * size)))
            {
                off[Math.Abs(ours - theirs)]++;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{frames.Count} frames; pixels off by 0, 1, 2, more: {off[0]}, {off[1]}, {off[2]}, {off.Skip(3).Sum()}");
        Assert.Equal(0, off.Skip(Tolerance + 1).Sum());
    }

    private static void Make(string clip, string how)
    {
        string[] codec = how.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        FFmpegTool.Run(["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-threads", "1", .. codec, clip]);
        string[] sector = Area.Split(',');
        string filter = $"crop={sector[2]}:{sector[3]}:{sector[0]}:{sector[1]}:exact=1,format=gray";
        FFmpegTool.Run("-i", clip, "-vf", filter, "-vsync", "0", "-f", "rawvideo", $"{clip}.gray");
    }
}
