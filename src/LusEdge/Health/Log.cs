using Microsoft.Extensions.Logging;

namespace LusEdge.Health;

/// <summary>Events 6000-6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Error, "The health check or listener {Name} failed. Logged again only after it has succeeded")]
    public static partial void Failed(ILogger logger, Exception exception, string name);
}
