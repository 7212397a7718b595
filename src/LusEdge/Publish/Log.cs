using Microsoft.Extensions.Logging;

namespace LusEdge.Publish;

/// <summary>Transitions, never single messages. Events 5000-5099 belong to Publish and its folders.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Connected to the broker at {Host}:{Port}; up to {Window} events in flight")]
    public static partial void Connected(this ILogger log, string host, int port, int window);

    [LoggerMessage(
        5001,
        LogLevel.Warning,
        "Can't connect to the broker at {Host}:{Port}: {Reason}. Next attempt in {Delay}; logged again if the reason changes")]
    public static partial void NotConnected(this ILogger log, string host, int port, string reason, TimeSpan delay);

    [LoggerMessage(5002, LogLevel.Warning, "Lost the connection to the broker at {Host}:{Port}: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, string host, int port, string reason);

    [LoggerMessage(5006, LogLevel.Warning, "The broker did not answer a ping within {Timeout}")]
    public static partial void PingMissed(this ILogger log, TimeSpan timeout);

    [LoggerMessage(
        5007, LogLevel.Warning, "The clean stop could not be announced in time ({Reason}); the broker will publish the will")]
    public static partial void GoodbyeFailed(this ILogger log, string reason);

    [LoggerMessage(5030, LogLevel.Error, "The broker at {Host}:{Port} is not suitable: it {Flaws}")]
    public static partial void BrokerUnsuitable(this ILogger log, string host, int port, string flaws);

    [LoggerMessage(
        5031,
        LogLevel.Warning,
        "The number of this start can't be kept in {File} ({Reason}). Readers order the starts by it; until it can be kept, the "
        + "clock stands in")]
    public static partial void BootNotNumbered(this ILogger log, string file, string reason);

    [LoggerMessage(5032, LogLevel.Warning, "Another box has this device's id: the next attempt to connect is in {Delay}")]
    public static partial void ReconnectSlowed(this ILogger log, TimeSpan delay);

    [LoggerMessage(5008, LogLevel.Error, "Publishing failed unexpectedly and is restarting: {Exception}")]
    public static partial void SupervisorFault(this ILogger log, string exception);
}
