using Microsoft.Extensions.Logging;

namespace LusEdge.Publish;

/// <summary>Every line that this folder logs: transitions, never single messages.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Connected to the broker at {Host}:{Port}; it takes {Window} events at a time")]
    public static partial void Connected(this ILogger log, string host, int port, int window);

    [LoggerMessage(5001, LogLevel.Warning, "No connection to the broker at {Host}:{Port}: {Reason}. The next attempt is in {Delay}; only another reason is logged again")]
    public static partial void NotConnected(this ILogger log, string host, int port, string reason, TimeSpan delay);

    [LoggerMessage(5002, LogLevel.Warning, "The connection to the broker at {Host}:{Port} is lost: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, string host, int port, string reason);

    [LoggerMessage(5003, LogLevel.Error, "The broker refuses messages to {Topic}: {Reason}. Allow the device to publish below its own prefix")]
    public static partial void TopicRefused(this ILogger log, string topic, string reason);

    [LoggerMessage(5004, LogLevel.Warning, "Nobody takes events on {Topic} ({Reason}): they are kept, and one is offered again at least every {Period}")]
    public static partial void EventsNotTaken(this ILogger log, string topic, string reason, TimeSpan period);

    [LoggerMessage(5005, LogLevel.Information, "{Count} events that were kept have been delivered")]
    public static partial void BacklogDelivered(this ILogger log, long count);

    [LoggerMessage(5006, LogLevel.Warning, "The broker did not answer a ping within {Timeout}")]
    public static partial void PingMissed(this ILogger log, TimeSpan timeout);

    [LoggerMessage(5007, LogLevel.Warning, "The clean stop could not be announced within its time ({Reason}); the broker will speak the will")]
    public static partial void FarewellFailed(this ILogger log, string reason);

    [LoggerMessage(5008, LogLevel.Error, "Publishing failed in a way that was not foreseen and starts anew")]
    public static partial void SupervisorFault(this ILogger log, Exception exception);

    [LoggerMessage(5010, LogLevel.Error, "An event could not be stored in {File}: {Reason}. Only the first of several is logged")]
    public static partial void EventNotStored(this ILogger log, string file, string reason);

    [LoggerMessage(5011, LogLevel.Information, "Events are stored in {File} again")]
    public static partial void EventStoreRecovered(this ILogger log, string file);

    [LoggerMessage(5012, LogLevel.Warning, "Events in {File} could not be read or deleted and will be sent later, or once more: {Reason}")]
    public static partial void EventStoreTrouble(this ILogger log, string file, string reason);

    [LoggerMessage(5013, LogLevel.Error, "{File} is full: the oldest {Count} events gave way. Only the first time is logged")]
    public static partial void EventsDiscarded(this ILogger log, string file, long count);

    [LoggerMessage(5014, LogLevel.Error, "{File} is damaged and was set aside as {Aside}: {Reason}")]
    public static partial void EventStoreDamaged(this ILogger log, string file, string aside, string reason);

    [LoggerMessage(5020, LogLevel.Information, "The embedded broker listens on 127.0.0.1:{TcpPort} and {WebSocketUri}")]
    public static partial void EmbeddedBrokerListens(this ILogger log, int tcpPort, Uri webSocketUri);
}
