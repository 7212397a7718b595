namespace LusEdge;

/// <summary>
/// How the stop spends the five seconds in which the service promises to be gone. Every wait during a stop is listed here; a test
/// adds them up.
/// </summary>
public static class ShutdownBudget
{
    /// <summary>Promised from SIGTERM to the end of the process.</summary>
    public static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    /// <summary>For the current frame and, in parallel, the feed's reader. If they take longer, they are abandoned.</summary>
    public static readonly TimeSpan Pipeline = TimeSpan.FromSeconds(1);

    /// <summary>For the goodbye to the broker and, in parallel, a model that is loading.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1.5);

    /// <summary>For events that are not on the disk yet.</summary>
    public static readonly TimeSpan Disk = TimeSpan.FromSeconds(0.7);

    /// <summary>For the embedded broker.</summary>
    public static readonly TimeSpan Broker = TimeSpan.FromSeconds(0.5);

    /// <summary>All of the above, one after the other.</summary>
    public static TimeSpan Total => Pipeline + Goodbye + Disk + Broker;
}
