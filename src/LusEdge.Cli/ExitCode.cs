namespace LusEdge.Cli;

/// <summary>The exit codes, as docs/commands.md lists them.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>A bug in the program.</summary>
    Internal = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>The video or the model can't be used.</summary>
    BadData = 65,

    /// <summary>The source was not found or can't be reached, or no such model is installed.</summary>
    SourceNotFound = 66,

    /// <summary>A broker, a provider or a library is not available.</summary>
    Unavailable = 69,

    /// <summary>The pipeline did not stop when asked to.</summary>
    Hung = 75,

    /// <summary>The configuration is wrong: a restart won't help.</summary>
    Configuration = 78,

    /// <summary>Ctrl-C or SIGTERM before the work was done: the number that a shell gives to SIGINT.</summary>
    Interrupted = 130,
}
