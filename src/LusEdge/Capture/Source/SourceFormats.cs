namespace LusEdge.Capture.Source;

/// <summary>
/// What FFmpeg may open for a source: container formats that hold their video themselves, and the protocols that the source's
/// scheme needs. Playlists and scripts (HLS, DASH, concat, SDP, IMF, image sequences, AviSynth and more) name other files, so
/// none of them is listed: of FFmpeg's demuxers, only what is known to read one stream. FFmpeg ignores names that it does not
/// have.
/// </summary>
internal static class SourceFormats
{
    /// <summary>Options that would lift the restrictions.</summary>
    public static readonly IReadOnlySet<string> Fixed = new HashSet<string>
    {
        "format_whitelist", "protocol_whitelist", "protocol_blacklist", "enable_drefs", "use_absolute_path",
    };

    /// <summary>Containers, elementary streams and single pictures.</summary>
    private const string Containers =
        "mov,matroska,avi,mpegts,mpeg,mpegvideo,asf,flv,live_flv,ogg,mxf,gxf,nut,wtv,dv,ivf,obu,av1,nuv,nsv,pva,ty,dhav,"
        + "h261,h263,h264,hevc,vvc,m4v,vc1,vc1test,cavsvideo,dirac,dnxhd,mjpeg,mjpeg_2000,mpjpeg,smjpeg,mxg,yuv4mpegpipe,"
        + "gif,apng,flic,cine,ser,"
        + "png_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,jpegxl_anim,j2k_pipe,bmp_pipe,tiff_pipe,webp_pipe,webp_anim,gif_pipe,"
        + "pam_pipe,pbm_pipe,pgm_pipe,pgmyuv_pipe,ppm_pipe,pcx_pipe,dpx_pipe,exr_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,"
        // Without video, but with a sentence of their own.
        + "wav,mp3,aac,flac,tty";

    private const string Http = "http,https,httpproxy,tcp,tls";
    private const string Rtsp = "rtsp,rtsps,rtp,srtp,udp," + Http;
    private const string Rtmp = "rtmp,rtmpe,rtmps,rtmpt,rtmpte,rtmpts,ffrtmpcrypt,ffrtmphttp," + Http;

    /// <summary>The protocols that each scheme needs.</summary>
    private static readonly Dictionary<string, string> NetworkProtocols = new(StringComparer.Ordinal)
    {
        // An encrypted HLS stream needs "crypto".
        ["http"] = "crypto," + Http,
        ["https"] = "crypto," + Http,
        ["rtsp"] = Rtsp,
        ["rtsps"] = Rtsp,
        ["rtp"] = "rtp,srtp,udp",
        ["srtp"] = "rtp,srtp,udp",
        ["rtmp"] = Rtmp,
        ["rtmpe"] = Rtmp,
        ["rtmps"] = Rtmp,
        ["rtmpt"] = Rtmp,
        ["rtmpte"] = Rtmp,
        ["rtmpts"] = Rtmp,
        ["mmsh"] = "mmsh,tcp",
        ["mmst"] = "mmst,tcp",
        ["udp"] = "udp",
        ["tcp"] = "tcp",
        ["tls"] = "tls,tcp",
        ["srt"] = "srt",
        ["rist"] = "rist",
        ["unix"] = "unix",
    };

    /// <summary>The schemes of network sources.</summary>
    public static IEnumerable<string> Schemes => NetworkProtocols.Keys;

    /// <summary>The options that restrict a file or a network source, empty for a device or a filter graph.</summary>
    /// <param name="kind">The kind of source.</param>
    /// <param name="scheme">A network source's scheme, one of <see cref="Schemes"/>, or <c>sdp</c>.</param>
    public static Dictionary<string, string> Restrictions(SourceKind kind, string scheme) => kind switch
    {
        SourceKind.File => new() { ["format_whitelist"] = Containers, ["protocol_whitelist"] = "file" },
        // Its description is a file, and its video comes by RTP.
        SourceKind.Network when scheme == "sdp" => new() { ["protocol_whitelist"] = "file,rtp,srtp,udp" },
        SourceKind.Network => new()
        {
            // HLS is a playlist, but a live one: ReferenceGuard holds it to its own host.
            ["format_whitelist"] = scheme is "http" or "https" ? $"{Containers},hls" : $"{Containers},rtsp,rtp",
            ["protocol_whitelist"] = NetworkProtocols[scheme],
        },
        _ => [],
    };
}
