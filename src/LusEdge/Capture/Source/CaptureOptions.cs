using System.ComponentModel.DataAnnotations;
using LusEdge.Capture.Frames;

namespace LusEdge.Capture.Source;

/// <summary>Where the video comes from, and which part of the picture is graded.</summary>
public sealed record CaptureOptions
{
    /// <summary>
    /// A file, a URL that FFmpeg opens (<c>rtsp://…</c>, <c>udp://…</c>, <c>tcp://…</c>, <c>srt://…</c>,
    /// <c>http://…</c>), an RTP stream by its description (<c>sdp:/etc/lusedge/cart.sdp</c>), a V4L2 device
    /// (<c>/dev/video0</c>, <c>/dev/v4l/by-id/…</c>), or a generated picture (<c>lavfi:testsrc2=rate=25,realtime</c>).
    /// </summary>
    /// <value>No default: a feed can't be guessed.</value>
    [Required]
    public string Source { get; init; } = "";

    /// <summary>
    /// Format and protocol options by FFmpeg's names, as <c>name=value</c> pairs separated by spaces, for instance
    /// <c>rtsp_transport=tcp</c>.
    /// </summary>
    /// <value>
    /// None by default: FFmpeg's own detection fits most sources. An option that FFmpeg does not know is an error, never ignored.
    /// </value>
    [RegularExpression(
        @"\s*([^=\s]+=\S*(\s+|$))*",
        ErrorMessage = "Options must be name=value pairs separated by spaces, for instance \"rtsp_transport=tcp\".")]
    public string Options { get; init; } = "";

    /// <summary>
    /// The picture size <c>WxH</c> to request from a device. If it delivers another, that is reported and nothing is graded.
    /// </summary>
    /// <value>Null by default: the device's current size.</value>
    public PictureSize? Size { get; init; }

    /// <summary>The frame rate to request from a device, in frames per second.</summary>
    /// <value>Null by default: the device's current rate.</value>
    [Range(1.0, 1000.0, ErrorMessage = "Rate must be from 1 to 1000 frames per second.")]
    public double? Rate { get; init; }

    /// <summary>
    /// The pixel format or codec to request from a device, by FFmpeg's name: <c>yuyv422</c>, <c>nv12</c>, <c>mjpeg</c>,
    /// <c>h264</c>.
    /// </summary>
    /// <value>Null by default: the first that FFmpeg and the device both support, uncompressed if possible.</value>
    [RegularExpression(
        "[a-z0-9_]+",
        ErrorMessage = "PixelFormat must be an FFmpeg name, for instance \"yuyv422\" or \"mjpeg\".")]
    public string? PixelFormat { get; init; }

    /// <summary>How fast frames are read.</summary>
    /// <value>
    /// <see cref="Pace.Source"/> by default: a recording is graded as fast as it decodes, without dropping a frame.
    /// </value>
    public Pace Pace { get; init; } = Pace.Source;

    /// <summary>Whether a file starts over at its end. Frame numbers continue.</summary>
    /// <value>False by default: a file is one clip.</value>
    public bool Loop { get; init; }

    /// <summary>
    /// The ultrasound sector in the picture, as <c>x,y,w,h</c> in pixels, or <c>none</c> for the whole picture.
    /// </summary>
    /// <value><c>none</c> by default: the sector's position depends on the scanner's layout.</value>
    public Sector Sector { get; init; }

    /// <summary>
    /// The picture size <c>WxH</c> that <see cref="Sector"/> was set for: frames of another size are not graded
    /// (<c>mode_changed</c>).
    /// </summary>
    /// <value>Null by default: the first picture's size.</value>
    public PictureSize? Geometry { get; init; }

    /// <summary>Timeout for opening a source (connecting and detecting the format), and again for its first picture.</summary>
    /// <value>
    /// 10 s by default: RTSP takes 1-2 s, a cart that is just waking up a few more, and decoding starts only at the next key
    /// frame.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed can go without a picture before it counts as lost and is reopened.</summary>
    /// <value>5 s by default: longer than a scanner takes to switch presets, shorter than a person's patience.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Errors across keys that are individually valid: one sentence each, beginning with the key.</summary>
    public IEnumerable<string> Errors()
    {
        SourceAddress source = SourceAddress.Parse(Source);
        if (source.Kind != SourceKind.Device)
        {
            string where = $"applies only to devices, and {source.Name} is not one. Remove it.";
            if (Size is not null) yield return $"Capture:Size: {where}";
            if (Rate is not null) yield return $"Capture:Rate: {where}";
            if (PixelFormat is not null) yield return $"Capture:PixelFormat: {where}";
        }

        if (source.AddressError is { } address) yield return $"Capture:Source: {address}";
        if (SourceAddress.FixedOption(Options) is { } restricted)
            yield return $"Capture:Options: {SourceAddress.NotAllowed(restricted)}";
        if (source.OptionWithOwnKey(Options) is (string option, string key))
        {
            yield return $"Capture:Options: {option} has its own key. Use {key}.";
        }

        if (Geometry is not { } geometry) yield break;
        if (!Sector.Fits(geometry))
        {
            yield return $"Capture:Sector: {Sector} does not fit within Capture:Geometry {Geometry}. Correct one of them.";
        }
        else if (Size is not null && Size != Geometry)
        {
            yield return $"Capture:Geometry: {Geometry} differs from Capture:Size {Size}, the size requested from the device. "
                + "Remove one of them.";
        }
    }
}
