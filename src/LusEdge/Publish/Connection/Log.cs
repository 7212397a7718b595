using Microsoft.Extensions.Logging;

namespace LusEdge.Publish.Connection;

/// <summary>Transitions, never single messages. Events 5000-5099 belong to Publish and its folders.</summary>
internal static partial class Log
{
    [LoggerMessage(
        5003,
        LogLevel.Error,
        "The broker refuses messages on {Topic}: {Reason}. Allow the device to publish below its own prefix")]
    public static partial void TopicRefused(this ILogger log, string topic, string reason);

    [LoggerMessage(
        5033,
        LogLevel.Error,
        "Another box has this device's id: {Evidence}. Stop the other one, or give each its own Device:Id (boxes with a copied "
        + "system image have the same /etc/machine-id)")]
    public static partial void DuplicateDevice(this ILogger log, string evidence);

    [LoggerMessage(5034, LogLevel.Information, "No other box has used this device's id for {Period}")]
    public static partial void DuplicateGone(this ILogger log, TimeSpan period);

    [LoggerMessage(5009, LogLevel.Information, "The broker accepts messages on {Topic} again")]
    public static partial void TopicAccepted(this ILogger log, string topic);

    [LoggerMessage(
        5020,
        LogLevel.Warning,
        "Messages on {Topic} are shortened: the broker takes packets of up to {Limit} bytes only. Raise its maximum packet size")]
    public static partial void MessageShortened(this ILogger log, string topic, long limit);

    [LoggerMessage(
        5021,
        LogLevel.Error,
        "Messages on {Topic} are left out: the broker takes packets of up to {Limit} bytes only. Raise its maximum packet size")]
    public static partial void MessageLeftOut(this ILogger log, string topic, long limit);
}
