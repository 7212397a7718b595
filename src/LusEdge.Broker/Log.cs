using Microsoft.Extensions.Logging;

namespace LusEdge.Broker;

/// <summary>Events 5100-5199.</summary>
internal static partial class Log
{
    [LoggerMessage(5100, LogLevel.Information, "The embedded broker listens on 127.0.0.1:{TcpPort} and {WebSocketUri}")]
    public static partial void Listens(ILogger log, int tcpPort, Uri webSocketUri);

    [LoggerMessage(5101, LogLevel.Warning, "The embedded broker refused {What} ({Count} so far)")]
    public static partial void Refused(ILogger log, string what, long count);
}
