namespace LusEdge.Metering;

/// <summary>Why a captured frame was not looked at.</summary>
public enum DropReason
{
    /// <summary>A newer frame came before the pipeline was free.</summary>
    Overload,

    /// <summary>It may have been held back for over a second before it could be read.</summary>
    Backlog,

    /// <summary>The service was stopping.</summary>
    Stopping,
}
