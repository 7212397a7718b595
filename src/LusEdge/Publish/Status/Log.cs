using Microsoft.Extensions.Logging;

namespace LusEdge.Publish.Status;

/// <summary>Events 5030-5039.</summary>
internal static partial class Log
{
    [LoggerMessage(5030, LogLevel.Error, "The broker refuses messages to {Topic}: {Reason}. Allow the device to publish below its own prefix")]
    public static partial void TopicRefused(this ILogger log, string topic, string reason);

    [LoggerMessage(5031, LogLevel.Information, "The broker takes messages to {Topic} again")]
    public static partial void TopicAccepted(this ILogger log, string topic);
}
