namespace LusEdge.Publish.Connection;

/// <summary>
/// How long to wait before the next attempt to connect. The range doubles from half a second to a minute, and the delay is
/// drawn from the whole range, so that a ward's carts don't reconnect in step.
/// </summary>
/// <param name="random">The source of the jitter.</param>
internal sealed class ReconnectDelay(Random random)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The longest delay while another box uses the device's id.</summary>
    public static readonly TimeSpan LongestContested = 2 * Longest;

    private TimeSpan _limit = Shortest;

    /// <summary>The next delay.</summary>
    public TimeSpan Next()
    {
        _limit = _limit * 2 < Longest ? _limit * 2 : Longest;
        return Shortest + ((_limit - Shortest) * random.NextDouble());
    }

    /// <summary>
    /// The delay while another box uses the device's id: each attempt takes the connection away from it, so there are few.
    /// </summary>
    public TimeSpan NextContested() => Longest + ((LongestContested - Longest) * random.NextDouble());

    /// <summary>After a connection that held: the next loss starts with the shortest delay.</summary>
    public void Reset() => _limit = Shortest;
}
