using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>Events 7000-7999.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Information, "Model {Model}, signed by {Key}, was activated and is ready: it takes over before the next frame.")]
    public static partial void TakesOver(ILogger logger, string model, string key);

    [LoggerMessage(7001, LogLevel.Error, "The active model is refused, and the one before goes on: {Reason}")]
    public static partial void ActivationRefused(ILogger logger, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "The model is not verified: {Reason}")]
    public static partial void Unverified(ILogger logger, string reason);
}
