namespace LusEdge.Capture.Frames;

/// <summary>
/// A feed's properties, known once it was first opened. A reopened feed gets a new description with the same geometry and sector.
/// </summary>
/// <param name="Format">FFmpeg's name for the container, protocol or device, for instance <c>mpegts</c>.</param>
/// <param name="Codec">FFmpeg's name for the codec, for instance <c>h264</c>.</param>
/// <param name="PixelFormat">FFmpeg's name for the pixel format, for instance <c>yuv420p</c>.</param>
/// <param name="Geometry">The picture size that the sector applies to: as configured, or that of the first picture.</param>
/// <param name="Sector">The part of the picture to grade.</param>
/// <param name="DeclaredInterval">Frame interval as the source declares it, null if it doesn't.</param>
public sealed record FeedDescription(
    string Format, string Codec, string PixelFormat, PictureSize Geometry, Sector Sector, TimeSpan? DeclaredInterval)
{
    /// <summary>Assumed for sources that declare no rate: 25 frames per second.</summary>
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Frame interval as the source declares it, or 40 ms.</summary>
    public TimeSpan FrameInterval => DeclaredInterval ?? DefaultInterval;

    /// <summary>Size of the frames after the crop.</summary>
    public PictureSize FrameSize => Sector.SizeIn(Geometry);
}
