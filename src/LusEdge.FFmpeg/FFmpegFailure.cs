namespace LusEdge.FFmpeg;

/// <summary>What went wrong in or with FFmpeg's libraries.</summary>
public enum FFmpegFailure
{
    /// <summary>Some or all of the libraries are not installed.</summary>
    LibrariesMissing,

    /// <summary>Only unsupported versions are installed.</summary>
    VersionUnsupported,

    /// <summary>The libraries claim a known version but don't match its layout table.</summary>
    SelfCheckFailed,

    /// <summary>FFmpeg does not know a source option, or rejects its value.</summary>
    UnknownOption,

    /// <summary>A call failed: see <see cref="FFmpegException.Result"/>.</summary>
    CallFailed,
}
