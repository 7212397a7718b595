using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LusEdge.Broker;

/// <summary>
/// Decides which HTTP requests may become a WebSocket. A browser lets every page connect to loopback, and says in Origin where
/// the page is from; so a page from elsewhere could read all readings. Host must be a loopback name as well, because a page can
/// point its own host name at 127.0.0.1 (DNS rebinding).
/// </summary>
internal static class WebSocketGate
{
    /// <summary>Where clients connect.</summary>
    public const string Path = "/mqtt";

    /// <summary>
    /// Whether the request comes from a page on this machine, on any port, because the broker itself serves no pages; or from a
    /// program, which sends no Origin.
    /// </summary>
    public static bool IsFromThisMachine(HttpRequest request)
    {
        StringValues origin = request.Headers.Origin;
        return IsLoopback(request.Host.Host) && (origin.Count == 0 || (origin.Count == 1 && IsLoopbackPage(origin[0])));
    }

    // "null" is no URL: sandboxed pages send it, wherever they are from.
    private static bool IsLoopbackPage(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
        && (page.Scheme == Uri.UriSchemeHttp || page.Scheme == Uri.UriSchemeHttps)
        && IsLoopback(page.Host);

    private static bool IsLoopback(string host) =>
        host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
