using Microsoft.Extensions.Logging;

namespace LusEdge.Infer;

/// <summary>Events 3000-3999.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Model {Model}, scheme {Scheme}, runs on {Provider} in {Precision}.")]
    public static partial void Loaded(ILogger logger, string model, string scheme, string provider, string precision);

    [LoggerMessage(EventId = 3001, Message = "Provider {Provider} refused: {Reason}")]
    public static partial void ProviderRefused(ILogger logger, LogLevel level, string provider, string reason);

    [LoggerMessage(3002, LogLevel.Error, "Model {Model} failed on a frame: {Reason}. Further failures are counted, not logged, until a frame succeeds.")]
    public static partial void RunFailed(ILogger logger, string model, string reason);

    [LoggerMessage(3003, LogLevel.Information, "Model {Model}, signed by {Key}, was activated and is ready: it takes over before the next frame.")]
    public static partial void TakesOver(ILogger logger, string model, string key);

    [LoggerMessage(3004, LogLevel.Error, "The active model is refused, and the one before goes on: {Reason}")]
    public static partial void ActivationRefused(ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Warning, "The model is not verified: {Reason}")]
    public static partial void Unverified(ILogger logger, string reason);
}
