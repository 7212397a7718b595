namespace LusEdge.Metering;

/// <summary>Why a captured frame was dropped unprocessed.</summary>
public enum DropReason
{
    /// <summary>A newer frame arrived before the pipeline was free.</summary>
    Overload,

    /// <summary>It may have been held back for over a second before it could be read.</summary>
    Backlog,

    /// <summary>The service was stopping.</summary>
    Stopping,
}
