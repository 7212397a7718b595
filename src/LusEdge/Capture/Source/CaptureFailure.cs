namespace LusEdge.Capture.Source;

/// <summary>Why a source could not be opened, or what broke it off.</summary>
public enum CaptureFailure
{
    /// <summary>There is no such file, device or address, or it may not be read.</summary>
    NotFound,

    /// <summary>The address refuses or does not answer.</summary>
    Unreachable,

    /// <summary>The source holds no video, or none that can be read: text, garbage, a truncated file.</summary>
    NotVideo,

    /// <summary>It is video, but this FFmpeg has no decoder for it.</summary>
    NoDecoder,

    /// <summary>A device delivers pictures of another size than it was asked for.</summary>
    OtherSize,

    /// <summary>The address begins with a protocol that this FFmpeg does not have.</summary>
    UnknownProtocol,

    /// <summary>The sector is malformed or lies outside the picture.</summary>
    InvalidSector,

    /// <summary>Another option is malformed, or FFmpeg does not know it.</summary>
    InvalidOption,

    /// <summary>FFmpeg's libraries are missing, of an unknown version, or not what they claim to be.</summary>
    FFmpegUnavailable,

    /// <summary>A fault of the program's own.</summary>
    Internal,
}
