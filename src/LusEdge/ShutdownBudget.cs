namespace LusEdge;

/// <summary>
/// How the five seconds within which the service is promised to be gone are spent. Every wait of a stop is here and nowhere else; a test
/// adds them up.
/// </summary>
public static class ShutdownBudget
{
    /// <summary>Promised from SIGTERM to the end of the process.</summary>
    public static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    /// <summary>For the frame in hand and, at the same time, for the feed's reader. What holds them longer is left behind.</summary>
    public static readonly TimeSpan Pipeline = TimeSpan.FromSeconds(1);

    /// <summary>For the goodbye to the broker and, at the same time, for a model that is being loaded.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1.5);

    /// <summary>For events that are not on the disk yet.</summary>
    public static readonly TimeSpan Disk = TimeSpan.FromSeconds(0.7);

    /// <summary>For the embedded broker.</summary>
    public static readonly TimeSpan Broker = TimeSpan.FromSeconds(0.5);

    /// <summary>All of the above, one after the other.</summary>
    public static TimeSpan Total => Pipeline + Goodbye + Disk + Broker;
}
