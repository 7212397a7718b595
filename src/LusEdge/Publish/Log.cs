using Microsoft.Extensions.Logging;

namespace LusEdge.Publish;

/// <summary>Transitions, never single messages. Events 5000-5099 are those of Publish and its folders.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Connected to the broker at {Host}:{Port}; it takes {Window} events at a time")]
    public static partial void Connected(this ILogger log, string host, int port, int window);

    [LoggerMessage(5001, LogLevel.Warning, "No connection to the broker at {Host}:{Port}: {Reason}. The next attempt is in {Delay}; only another reason is logged again")]
    public static partial void NotConnected(this ILogger log, string host, int port, string reason, TimeSpan delay);

    [LoggerMessage(5002, LogLevel.Warning, "The connection to the broker at {Host}:{Port} is lost: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, string host, int port, string reason);

    [LoggerMessage(5006, LogLevel.Warning, "The broker did not answer a ping within {Timeout}")]
    public static partial void PingMissed(this ILogger log, TimeSpan timeout);

    [LoggerMessage(5007, LogLevel.Warning, "The clean stop could not be announced within its time ({Reason}); the broker will speak the will")]
    public static partial void FarewellFailed(this ILogger log, string reason);

    [LoggerMessage(5008, LogLevel.Error, "Publishing failed in a way that was not foreseen and starts anew")]
    public static partial void SupervisorFault(this ILogger log, Exception exception);
}
