using Microsoft.Extensions.Logging;

namespace LusEdge.Infer;

/// <summary>Events 3000-3999.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Model {Model}, scheme {Scheme}, runs on {Provider} in {Precision}.")]
    public static partial void Loaded(ILogger logger, string model, string scheme, string provider, string precision);

    [LoggerMessage(EventId = 3001, Message = "Provider {Provider} refused: {Reason}")]
    public static partial void ProviderRefused(ILogger logger, LogLevel level, string provider, string reason);

    [LoggerMessage(
        3002,
        LogLevel.Error,
        "Model {Model} failed on a frame: {Reason}. Further failures are counted, not logged, until a frame succeeds.")]
    public static partial void RunFailed(ILogger logger, string model, string reason);
}
