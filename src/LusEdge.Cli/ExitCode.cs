namespace LusEdge.Cli;

/// <summary>What the command leaves behind: docs/commands.md lists them.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>A fault in the program itself.</summary>
    Internal = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>The video or the model can't be used.</summary>
    BadData = 65,

    /// <summary>The source was not found or not reached.</summary>
    SourceNotFound = 66,

    /// <summary>A broker, a provider or a library is not available.</summary>
    Unavailable = 69,

    /// <summary>The capture hung.</summary>
    CaptureHung = 75,

    /// <summary>The configuration is wrong: a restart won't help.</summary>
    Configuration = 78,
}
