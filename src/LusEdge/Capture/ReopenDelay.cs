namespace LusEdge.Capture;

/// <summary>
/// The wait before a lost feed is reopened. It doubles from 0.5 s to the longest, less up to half at random, so that carts that
/// lost the same server don't all reconnect at once.
/// </summary>
/// <param name="longest">The longest wait.</param>
/// <param name="random">Returns numbers from 0 to below 1.</param>
internal sealed class ReopenDelay(TimeSpan longest, Func<double> random)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);
    private TimeSpan _next = Shortest;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        TimeSpan delay = _next * (1 - (random() / 2));
        _next = _next * 2 < longest ? _next * 2 : longest;
        return delay;
    }

    /// <summary>The feed is back.</summary>
    public void Reset() => _next = Shortest;
}
