using System.Net;
using System.Net.Sockets;

namespace LusEdge.Tests;

/// <summary>Ports of this machine alone.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that nothing listened on a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
