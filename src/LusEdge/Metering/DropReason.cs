namespace LusEdge.Metering;

/// <summary>Why a captured frame was not looked at.</summary>
public enum DropReason
{
    /// <summary>A newer frame came before the pipeline was free.</summary>
    Overload,

    /// <summary>The service was stopping.</summary>
    Stopping,
}
