namespace LusEdge.Training.Commands;

/// <summary>What the command leaves behind, as the appliance's commands do.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>A fault in the program itself.</summary>
    Internal = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>A training or a clip can't be used.</summary>
    BadData = 65,

    /// <summary>A training, a clip, a model or a key was not found.</summary>
    NotFound = 66,

    /// <summary>The tensor library, FFmpeg's libraries or its command are not available.</summary>
    Unavailable = 69,

    /// <summary>Interrupted by the user.</summary>
    Interrupted = 130,
}
