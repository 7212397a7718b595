namespace LusEdge.Metering;

/// <summary>Why a captured frame was dropped unprocessed.</summary>
public enum DropReason
{
    /// <summary>A newer frame arrived before the pipeline was free.</summary>
    Overload,

    /// <summary>The service was stopping.</summary>
    Stopping,
}
