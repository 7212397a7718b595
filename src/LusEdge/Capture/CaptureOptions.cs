using System.ComponentModel.DataAnnotations;

namespace LusEdge.Capture;

/// <summary>Where the video comes from, and what of the picture is looked at.</summary>
public sealed record CaptureOptions
{
    /// <summary>
    /// A file, a URL that FFmpeg opens (<c>rtsp://…</c>, <c>udp://…</c>, <c>srt://…</c>), a device (<c>/dev/video0</c>), or a generated
    /// picture (<c>lavfi:testsrc2=rate=25,realtime</c>).
    /// </summary>
    /// <value>No default: there is no feed to guess.</value>
    [Required]
    public string Source { get; init; } = "";

    /// <summary>Options of the source's format and protocol by FFmpeg's names, as <c>name=value</c> with blanks between, for instance <c>rtsp_transport=tcp</c>.</summary>
    /// <value>None by default: what FFmpeg finds out by itself fits most sources. One that FFmpeg does not know is an error, never ignored.</value>
    [RegularExpression(@"\s*([^=\s]+=\S*(\s+|$))*", ErrorMessage = "Options must be name=value pairs with blanks between, for instance \"rtsp_transport=tcp\".")]
    public string Options { get; init; } = "";

    /// <summary>How fast frames come.</summary>
    /// <value><see cref="Pace.Source"/> by default: a recording is graded as fast as it decodes, and no frame of it is left out.</value>
    public Pace Pace { get; init; } = Pace.Source;

    /// <summary>Whether a file begins anew at its end. Frame numbers go on.</summary>
    /// <value>False by default: a file is one clip.</value>
    public bool Loop { get; init; }

    /// <summary>The ultrasound sector in the picture as <c>x,y,w,h</c> in pixels, or <c>none</c> for the whole picture.</summary>
    /// <value><c>none</c> by default: where the sector lies depends on the scanner's layout.</value>
    [RegularExpression(@"none|\d{1,5},\d{1,5},\d{1,5},\d{1,5}", ErrorMessage = "Sector must be none, or x,y,w,h in pixels, for instance \"160,40,640,640\".")]
    public string Sector { get; init; } = "none";

    /// <summary>The picture size <c>WxH</c> that <see cref="Sector"/> was set for: frames of another size are not graded (<c>mode_changed</c>).</summary>
    /// <value>Null by default: the first picture's size.</value>
    [RegularExpression(@"\d{1,5}x\d{1,5}", ErrorMessage = "Geometry must be WxH in pixels, for instance \"1280x1024\".")]
    public string? Geometry { get; init; }

    /// <summary>How long a source may take to open (connection and detection of the format together), and then again to its first picture.</summary>
    /// <value>10 s by default: RTSP takes 1-2 s, a cart that is just waking up a few more, and a stream is joined up to its next key frame late.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed may give no picture before it counts as lost and is opened anew.</summary>
    /// <value>5 s by default: longer than a scanner takes to switch its preset, shorter than a person's patience.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with keys that are right each by itself.</summary>
    internal IEnumerable<string> Errors()
    {
        PictureSize size = default;
        if (Geometry is not null && !PictureSize.TryParse(Geometry, out size))
            yield return $"Capture:Geometry: {Geometry} has no pixels. Give WxH, for instance 1280x1024.";
        if (Sector == "none") yield break;
        if (!LusEdge.Capture.Sector.TryParse(Sector, out Sector sector))
            yield return $"Capture:Sector: {Sector} has no pixels. Give x,y,w,h with w and h above 0, or none.";
        else if (size != default && !sector.Fits(size))
            yield return $"Capture:Sector: {Sector} does not lie within Capture:Geometry, {Geometry}. Give x,y,w,h with x+w and y+h within it.";
    }
}
