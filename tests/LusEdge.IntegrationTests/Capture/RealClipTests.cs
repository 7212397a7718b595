using LusEdge.Capture.Frames;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// Real clips of every codec and pixel format in the data set. They are patients' clips and not part of the repository; the tests
/// are skipped if they are not next to it.
/// </summary>
public sealed class RealClipTests : FeedTest
{
    private const string NoClips = "the clips are not here: set LUSEDGE_CLIPS to their folder, or put it at ../shared/data/lus";

    /// <summary>The clips with ffprobe's frame counts.</summary>
    public static readonly TheoryData<string, int, string, string> Clips = new()
    {
        { "covid-blues/patient_10_L1.mp4", 100, "h264", "yuv420p" },
        { "covid-blues/patient_19_R3.mp4", 101, "h264", "yuv420p" },
        { "covid-blues/patient_2_L1.mp4", 101, "h264", "yuv420p" },
        { "covid-blues/patient_30_R3.mp4", 101, "h264", "yuv420p" },
        { "covid-blues/patient_40_L2.mp4", 59, "h264", "yuv420p" },
        { "covid-blues/patient_51_L1_2.mp4", 61, "h264", "yuv420p" },
        { "covid-blues/patient_5_R3.mp4", 7, "h264", "yuv420p" },
        { "covid-blues/patient_5_R3_2.mp4", 60, "h264", "yuv420p" },
        { "covid-blues/patient_60_L1_2.mp4", 59, "h264", "yuv420p" },
        { "pocus/Cov-Atlas+(44).gif", 41, "gif", "bgra" },
        { "pocus/Cov-Atlas+(45).gif", 21, "gif", "bgra" },
        { "pocus/Cov-Atlas-+(43).gif", 39, "gif", "bgra" },
        { "pocus/Cov-Atlas-Day+1.gif", 33, "gif", "bgra" },
        { "pocus/Cov-Atlas-Day+2.gif", 83, "gif", "bgra" },
        { "pocus/Cov_convex_volpecelli_sonographic_v1.mov", 403, "h264", "yuv420p" },
        { "pocus/Cov_convex_volpecelli_sonographic_v2.mov", 402, "h264", "yuv420p" },
        { "pocus/Cov_convex_volpecelli_sonographic_v3.mov", 399, "h264", "yuv420p" },
        { "pocus/Cov_convex_volpecelli_sonographic_v4.mov", 405, "h264", "yuv420p" },
        { "pocus/Cov_convex_volpecelli_sonographic_v5.mov", 401, "h264", "yuv420p" },
        { "pocus/Cov_recommendations_lightbeam_mov6.mov", 309, "h264", "yuv420p" },
        { "pocus/Reg_Avi_Video_001.mp4", 92, "h264", "yuv444p" },
        { "pocus/Reg_Avi_Video_002.mp4", 64, "h264", "yuv444p" },
        { "pocus/Reg_Avi_Video_003.mp4", 84, "h264", "yuv444p" },
        { "pocus/Reg_Avi_Video_004.mp4", 202, "h264", "yuv444p" },
        { "pocus/Reg_Avi_lung-sliding-2.MP4", 56, "h264", "yuv420p" },
        { "pocus/Reg_Avi_lung-sliding-3.MP4", 55, "h264", "yuv420p" },
        { "pocus/Reg_Avi_lung-sliding.MP4", 56, "h264", "yuv420p" },
        { "pocus/Reg_Image_181206_crop.mp4", 495, "h264", "yuv420p" },
        { "pocus/Reg_pat1Image_132943.mpeg", 280, "mpeg2video", "yuv420p" },
        { "pocus/Reg_pat1Image_133043.mpeg", 246, "mpeg2video", "yuv420p" },
        { "pocus/Reg_pat1Image_133138.mpeg", 262, "mpeg2video", "yuv420p" },
        { "pocus/Reg_pat1Image_133232.mpeg", 200, "mpeg2video", "yuv420p" },
        { "pocus/Reg_recommendations_alines_mov1.mov", 180, "h264", "yuv420p" },
    };

    [Theory]
    [MemberData(nameof(Clips))]
    public void Every_frame_of_a_real_clip_arrives(string clip, int count, string codec, string pixelFormat)
    {
        string? folder = Folder();
        Assert.SkipUnless(folder is not null, NoClips);
        RunningFeed running = Run(Path.Combine(folder, clip));
        List<SeenFrame> frames = running.Rest();
        FeedDescription description = running.Feed.Description!;
        Assert.Equal((count, codec, pixelFormat), (frames.Count, description.Codec, description.PixelFormat));
        Assert.All(frames, f => Assert.False(f.IsDamaged));
        Assert.Null(running.Feed.End.Error);
    }

    private static string? Folder()
    {
        string? given = Environment.GetEnvironmentVariable("LUSEDGE_CLIPS");
        if (given is not null) return Directory.Exists(given) ? given : null;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "LusEdge.sln"))) continue;
            string beside = Path.Combine(at.FullName, "..", "shared", "data", "lus");
            return Directory.Exists(beside) ? beside : null;
        }

        return null;
    }
}
