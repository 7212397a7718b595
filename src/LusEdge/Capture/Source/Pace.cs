namespace LusEdge.Capture.Source;

/// <summary>How fast frames are read.</summary>
public enum Pace
{
    /// <summary>At the source's pace: a live feed in real time, a file as fast as it decodes.</summary>
    Source,

    /// <summary>
    /// A file in real time, by its presentation times: it then behaves like a live feed, including dropped frames.
    /// </summary>
    Realtime,
}
