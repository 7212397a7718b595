namespace LusEdge.Cli.Doctor;

/// <summary>How a check went. In the order of gravity.</summary>
internal enum CheckStatus
{
    /// <summary>Nothing to check with, or nothing to check.</summary>
    Skipped,

    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The service runs, but a person should know.</summary>
    Warning,

    /// <summary>The service would not start, or would publish nothing.</summary>
    Failed,
}
