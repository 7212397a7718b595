namespace LusEdge.Capture.Source;

/// <summary>How fast frames come.</summary>
public enum Pace
{
    /// <summary>As the source gives them: a live feed in its own time, a file as fast as it decodes.</summary>
    Source,

    /// <summary>A file in real time, by its presentation times: it then behaves as a live feed, dropped frames included.</summary>
    Realtime,
}
