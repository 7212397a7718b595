using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>Events 7000-7999.</summary>
internal static partial class Log
{
    [LoggerMessage(
        7000, LogLevel.Information,
        "Model {Model}, signed by {Key}, was activated and is loaded: it takes over at the next frame.")]
    public static partial void ModelActivated(ILogger logger, string model, string key);

    [LoggerMessage(7001, LogLevel.Error, "The active model is refused; the previous model serves instead: {Reason}")]
    public static partial void ActivationRefused(ILogger logger, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "The model is not verified: {Reason}")]
    public static partial void Unverified(ILogger logger, string reason);
}
