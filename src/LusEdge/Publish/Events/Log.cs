using Microsoft.Extensions.Logging;

namespace LusEdge.Publish.Events;

/// <summary>Transitions, never single messages. Events 5000-5099 belong to Publish and its folders.</summary>
internal static partial class Log
{
    [LoggerMessage(
        5010, LogLevel.Error, "Events can't be written to {File}: {Reason}. They wait in memory; a write is tried every second")]
    public static partial void EventStoreFailed(this ILogger log, string file, string reason);

    [LoggerMessage(5011, LogLevel.Information, "Events can be written to {File} again")]
    public static partial void EventStoreRecovered(this ILogger log, string file);

    [LoggerMessage(5012, LogLevel.Error, "Events lost because they could not be written to {File} before the stop: {Count}")]
    public static partial void EventsLost(this ILogger log, string file, int count);

    [LoggerMessage(5013, LogLevel.Error, "{File} is full: the oldest events are discarded unsent. Logged once")]
    public static partial void EventsDiscarded(this ILogger log, string file);

    [LoggerMessage(5014, LogLevel.Error, "{File} is damaged and was set aside as {Aside}: {Reason}")]
    public static partial void EventStoreDamaged(this ILogger log, string file, string aside, string reason);

    [LoggerMessage(
        5004,
        LogLevel.Warning,
        "Events on {Topic} are not accepted ({Reason}): they are kept, and one is offered at least every {Period}")]
    public static partial void EventsNotAccepted(this ILogger log, string topic, string reason, TimeSpan period);

    [LoggerMessage(5005, LogLevel.Information, "Delivered {Count} stored events")]
    public static partial void BacklogDelivered(this ILogger log, long count);

    [LoggerMessage(
        5015, LogLevel.Error, "The broker refuses events on {Topic}: {Reason}. Allow the device to publish below its own prefix")]
    public static partial void EventsRefused(this ILogger log, string topic, string reason);

    [LoggerMessage(
        5016,
        LogLevel.Error,
        "There was no room for an event on {Topic} in {File}; it is lost. Logged once; the metrics message counts them")]
    public static partial void EventNotStored(this ILogger log, string topic, string file);

    [LoggerMessage(
        5017,
        LogLevel.Error,
        "{File} was deleted or replaced while in use: the events in it and those that wait are written to a new file{Aside}")]
    public static partial void EventStoreReplaced(this ILogger log, string file, string aside);

    [LoggerMessage(
        5018,
        LogLevel.Error,
        "An event in {File} is damaged and was set aside. Logged once per hour; the metrics message counts them")]
    public static partial void EventsDamaged(this ILogger log, string file);

    [LoggerMessage(5019, LogLevel.Error, "An event on {Topic} can't be sent and was set aside: {Reason}")]
    public static partial void EventUnsendable(this ILogger log, string topic, string reason);
}
