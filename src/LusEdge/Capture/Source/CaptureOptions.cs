using System.ComponentModel.DataAnnotations;
using LusEdge.Capture.Frames;

namespace LusEdge.Capture.Source;

/// <summary>Where the video comes from, and what of the picture is looked at.</summary>
public sealed record CaptureOptions
{
    /// <summary>
    /// A file, a URL that FFmpeg opens (<c>rtsp://…</c>, <c>udp://…</c>, <c>tcp://…</c>, <c>srt://…</c>, <c>http://…</c>), a V4L2 device
    /// (<c>/dev/video0</c>, <c>/dev/v4l/by-id/…</c>), or a generated picture (<c>lavfi:testsrc2=rate=25,realtime</c>).
    /// </summary>
    /// <value>No default: there is no feed to guess.</value>
    [Required]
    public string Source { get; init; } = "";

    /// <summary>Options of the source's format and protocol by FFmpeg's names, as <c>name=value</c> with blanks between, for instance <c>rtsp_transport=tcp</c>.</summary>
    /// <value>None by default: what FFmpeg finds out by itself fits most sources. One that FFmpeg does not know is an error, never ignored.</value>
    [RegularExpression(@"\s*([^=\s]+=\S*(\s+|$))*", ErrorMessage = "Options must be name=value pairs with blanks between, for instance \"rtsp_transport=tcp\".")]
    public string Options { get; init; } = "";

    /// <summary>The picture size <c>WxH</c> to ask of a device. One that delivers another is not graded, and says so.</summary>
    /// <value>Null by default: the size that the device is set to.</value>
    public PictureSize? Size { get; init; }

    /// <summary>The frames a second to ask of a device.</summary>
    /// <value>Null by default: the rate that the device is set to.</value>
    [Range(1.0, 1000.0, ErrorMessage = "Rate must be frames a second, from 1 to 1000.")]
    public double? Rate { get; init; }

    /// <summary>The pixel format, or the codec, to ask of a device, by FFmpeg's name: <c>yuyv422</c>, <c>nv12</c>, <c>mjpeg</c>, <c>h264</c>.</summary>
    /// <value>Null by default: the first that FFmpeg and the device have in common, an uncompressed one where there is any.</value>
    [RegularExpression("[a-z0-9_]+", ErrorMessage = "PixelFormat must be a name of FFmpeg's, for instance \"yuyv422\" or \"mjpeg\".")]
    public string? PixelFormat { get; init; }

    /// <summary>How fast frames come.</summary>
    /// <value><see cref="Pace.Source"/> by default: a recording is graded as fast as it decodes, and no frame of it is left out.</value>
    public Pace Pace { get; init; } = Pace.Source;

    /// <summary>Whether a file begins anew at its end. Frame numbers go on.</summary>
    /// <value>False by default: a file is one clip.</value>
    public bool Loop { get; init; }

    /// <summary>The ultrasound sector in the picture as <c>x,y,w,h</c> in pixels, or <c>none</c> for the whole picture.</summary>
    /// <value><c>none</c> by default: where the sector lies depends on the scanner's layout.</value>
    public Sector Sector { get; init; }

    /// <summary>The picture size <c>WxH</c> that <see cref="Sector"/> was set for: frames of another size are not graded (<c>mode_changed</c>).</summary>
    /// <value>Null by default: the first picture's size.</value>
    public PictureSize? Geometry { get; init; }

    /// <summary>How long a source may take to open (connection and detection of the format together), and then again to its first picture.</summary>
    /// <value>10 s by default: RTSP takes 1-2 s, a cart that is just waking up a few more, and a stream is joined up to its next key frame late.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed may give no picture before it counts as lost and is opened anew.</summary>
    /// <value>5 s by default: longer than a scanner takes to switch its preset, shorter than a person's patience.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong in keys that are right each by itself: a sentence each that begins with the key.</summary>
    public IEnumerable<string> Errors()
    {
        SourceAddress source = SourceAddress.Parse(Source);
        if (source.Kind != SourceKind.Device)
        {
            string where = $"is asked of devices only, and {source.Name} is none. Remove it.";
            if (Size is not null) yield return $"Capture:Size: {where}";
            if (Rate is not null) yield return $"Capture:Rate: {where}";
            if (PixelFormat is not null) yield return $"Capture:PixelFormat: {where}";
        }

        if (source.OptionWithAKey(Options) is (string option, string key)) yield return $"Capture:Options: {option} has a key of its own. Write {key}.";
        if (Geometry is not { } geometry) yield break;
        if (!Sector.Fits(geometry)) yield return $"Capture:Sector: {Sector} does not lie within Capture:Geometry {Geometry}. Correct one of them.";
        else if (Size is not null && Size != Geometry) yield return $"Capture:Geometry: {Geometry} is not the size that is asked of the device, Capture:Size {Size}. Remove one of them.";
    }
}
