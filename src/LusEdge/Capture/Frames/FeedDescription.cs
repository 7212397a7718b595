namespace LusEdge.Capture.Frames;

/// <summary>What a feed is, known from the moment it was first opened. A reopened feed gets a new description, with the same geometry and sector.</summary>
/// <param name="Format">FFmpeg's name of the container, protocol or device, for instance <c>mpegts</c>.</param>
/// <param name="Codec">FFmpeg's name of the codec, for instance <c>h264</c>.</param>
/// <param name="PixelFormat">FFmpeg's name of the pixel format, for instance <c>yuv420p</c>.</param>
/// <param name="Geometry">The picture size that the sector applies to: configured, or that of the first picture.</param>
/// <param name="Sector">The part of the picture that is looked at.</param>
/// <param name="DeclaredInterval">Time between frames as the source declares it, null if it declares none.</param>
public sealed record FeedDescription(
    string Format, string Codec, string PixelFormat, PictureSize Geometry, Sector Sector, TimeSpan? DeclaredInterval)
{
    /// <summary>Assumed for sources that declare no rate: 25 frames per second.</summary>
    private static readonly TimeSpan UsualInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Time between frames as the source declares it, or 40 ms.</summary>
    public TimeSpan FrameInterval => DeclaredInterval ?? UsualInterval;

    /// <summary>Size of the frames after the crop.</summary>
    public PictureSize FrameSize => Sector.SizeIn(Geometry);
}
