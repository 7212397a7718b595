using System.Net;
using System.Net.Sockets;

namespace LusEdge.Tests;

/// <summary>Ports on the loopback interface.</summary>
internal static class LoopbackPort
{
    /// <summary>A port on which nothing was listening a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
