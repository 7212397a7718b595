namespace LusEdge.FFmpeg;

/// <summary>What kind of thing went wrong in or with FFmpeg's libraries.</summary>
public enum FFmpegFailure
{
    /// <summary>The libraries are not installed, or not all of them.</summary>
    LibrariesMissing,

    /// <summary>Only versions are installed whose layout this program does not know.</summary>
    VersionUnsupported,

    /// <summary>The libraries are of a known version but do not behave as its layout table says.</summary>
    SelfCheckFailed,

    /// <summary>A source option that FFmpeg does not know, or whose value it does not take.</summary>
    UnknownOption,

    /// <summary>A call failed: <see cref="FFmpegException.Result"/> says how.</summary>
    CallFailed,
}
