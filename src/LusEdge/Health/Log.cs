using Microsoft.Extensions.Logging;

namespace LusEdge.Health;

/// <summary>Events 6000-6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Error, "A check or listener of health fails: {Name}. Only the first failure in a row is logged.")]
    public static partial void Failed(ILogger logger, Exception exception, string name);
}
