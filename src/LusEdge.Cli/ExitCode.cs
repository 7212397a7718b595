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

    /// <summary>The source, or an installed model of that name, was not found or not reached.</summary>
    SourceNotFound = 66,

    /// <summary>A broker, a provider or a library is not available.</summary>
    Unavailable = 69,

    /// <summary>The pipeline did not end when it was asked to.</summary>
    Hung = 75,

    /// <summary>The configuration is wrong: a restart won't help.</summary>
    Configuration = 78,

    /// <summary>Ctrl-C or SIGTERM before all clips were replayed: the shell's own number for it.</summary>
    Interrupted = 130,
}
