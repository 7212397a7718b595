namespace LusEdge.Training.Commands;

/// <summary>The exit codes, the same as those of the appliance's commands.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>A bug in the program.</summary>
    Internal = 1,

    /// <summary>The command line is invalid.</summary>
    Usage = 64,

    /// <summary>A training or a clip can't be used.</summary>
    BadData = 65,

    /// <summary>A training, a clip, a model or a key was not found.</summary>
    NotFound = 66,

    /// <summary>The tensor library, the FFmpeg libraries or the ffmpeg command is not available.</summary>
    Unavailable = 69,

    /// <summary>Interrupted by the user.</summary>
    Interrupted = 130,
}
