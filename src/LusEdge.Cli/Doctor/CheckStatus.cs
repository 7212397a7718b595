namespace LusEdge.Cli.Doctor;

/// <summary>A check's result, in order of severity.</summary>
internal enum CheckStatus
{
    /// <summary>There was nothing to check, or an earlier failure made the check impossible.</summary>
    Skipped,

    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The service would run, but someone should look at this.</summary>
    Warning,

    /// <summary>The service would not start, or would publish nothing.</summary>
    Failed,
}
