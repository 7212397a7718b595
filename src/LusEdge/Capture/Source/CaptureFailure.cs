namespace LusEdge.Capture.Source;

/// <summary>Why a source could not be opened, or why reading it failed.</summary>
public enum CaptureFailure
{
    /// <summary>The file, device or address does not exist or is not readable.</summary>
    NotFound,

    /// <summary>The address refuses or does not answer.</summary>
    Unreachable,

    /// <summary>The source has no readable video: text, garbage, a truncated file.</summary>
    NotVideo,

    /// <summary>This FFmpeg has no decoder for the video.</summary>
    NoDecoder,

    /// <summary>A device delivers pictures of a different size than requested.</summary>
    SizeMismatch,

    /// <summary>The source refers to another file or host, as a playlist or a redirect does.</summary>
    ForeignReference,

    /// <summary>The pictures are larger than any scanner's.</summary>
    PictureTooLarge,

    /// <summary>The address's protocol is not supported, or the address is malformed.</summary>
    UnknownProtocol,

    /// <summary>The sector is malformed or lies outside the picture.</summary>
    InvalidSector,

    /// <summary>Another option is malformed or unknown to FFmpeg.</summary>
    InvalidOption,

    /// <summary>FFmpeg's libraries are missing, of an unknown version, or fail their self-check.</summary>
    FFmpegUnavailable,

    /// <summary>A bug in this program.</summary>
    Internal,
}
