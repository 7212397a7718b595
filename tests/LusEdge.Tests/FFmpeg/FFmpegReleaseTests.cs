using LusEdge.FFmpeg.Native;

namespace LusEdge.Tests.FFmpeg;

public sealed class FFmpegReleaseTests
{
    [Fact]
    public void The_newest_release_is_looked_for_first() =>
        Assert.Equal([63, 62, 61, 60, 59, 58], FFmpegRelease.Known.Select(r => r.Codec));

    [Fact]
    public void A_release_is_loaded_by_its_own_shared_objects_only()
    {
        FFmpegRelease bookworm = FFmpegRelease.Known.Single(r => r.Codec == 59);
        Assert.Equal(
            ["libavutil.so.57", "libavcodec.so.59", "libavformat.so.59", "libavfilter.so.8", "libavdevice.so.59"],
            bookworm.Libraries.Select(l => l.SharedObject));
    }

    [Fact]
    public void No_two_fields_of_a_frame_overlap() => Assert.All(FFmpegRelease.Known, release =>
    {
        int[] offsets = [FFmpegRelease.FramePts, release.BestEffortTimestamp, release.FrameFlags, release.DecodeErrorFlags];
        Assert.Equal(offsets.Length, offsets.Distinct().Count());
        Assert.All(offsets, offset => Assert.Equal(0, offset % sizeof(int)));
        Assert.Equal(0, release.BestEffortTimestamp % sizeof(long));
        Assert.Equal(0, release.InterruptCallback % nint.Size);
        Assert.Equal(0, release.CodecParameters % nint.Size);
    });

    [Fact]
    public void A_shared_object_is_named_by_its_package() => Assert.Equal("libavcodec59", FFmpegRelease.PackageOf("libavcodec.so.59"));
}
