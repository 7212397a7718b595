using Microsoft.Extensions.Logging;

namespace LusEdge.Broker;

/// <summary>
/// Counts refusals and logs each kind at its first, then at most once per <see cref="Period"/> and at the end, with the count: a
/// broken client can cause thousands per second.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
internal sealed class Refusals(ILogger log, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private readonly Lock _lock = new();
    private readonly Tally[] _tallies = new Tally[Enum.GetValues<Refusal>().Length];

    /// <summary>How many of this kind there were.</summary>
    public long Of(Refusal kind)
    {
        lock (_lock) return _tallies[(int)kind].Count;
    }

    /// <summary>Counts one.</summary>
    public void Count(Refusal kind)
    {
        lock (_lock)
        {
            ref Tally tally = ref _tallies[(int)kind];
            tally.Count++;
            if (tally.Count == 1 || time.GetElapsedTime(tally.LoggedAt) >= Period) Write(kind, ref tally);
        }
    }

    /// <summary>Logs the counts that were not logged yet.</summary>
    public void Close()
    {
        lock (_lock)
        {
            for (int kind = 0; kind < _tallies.Length; kind++)
            {
                if (_tallies[kind].Count > _tallies[kind].Logged) Write((Refusal)kind, ref _tallies[kind]);
            }
        }
    }

    private void Write(Refusal kind, ref Tally tally)
    {
        (tally.Logged, tally.LoggedAt) = (tally.Count, time.GetTimestamp());
        Log.Refused(log, Describe(kind), tally.Count);
    }

    private static string Describe(Refusal kind) => kind switch
    {
        Refusal.NotMqtt => "a connection that does not speak MQTT",
        Refusal.NoConnect => "a connection that sent no CONNECT in time",
        Refusal.TooManyClients => "a client, because there are too many",
        Refusal.ServiceId => "a client that uses the service's client id",
        Refusal.DeviceTopic => "a message on one of the device's topics, where only the service may publish",
        Refusal.PacketTooLarge => "a packet that is too large",
        Refusal.RetainedFull => "a retained message, because there are too many or they are too large",
        Refusal.TooManySubscriptions => "a subscription, because the client has too many",
        Refusal.TooSlow => "to wait for a subscriber that does not keep up",
        Refusal.TopicAlias => "a topic alias",
        _ => "a WebSocket of a web page that is not from this machine",
    };

    private record struct Tally(long Count, long Logged, long LoggedAt);
}
