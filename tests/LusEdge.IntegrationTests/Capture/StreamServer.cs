using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>A loopback server that runs the test's callback for each connection and then closes it.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Action<NetworkStream> _serve;

    public StreamServer(Action<NetworkStream> serve)
    {
        _serve = serve;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary><c>127.0.0.1:PORT</c>.</summary>
    public string Address => $"{_listener.LocalEndpoint}";

    /// <summary>A server that answers every HTTP request.</summary>
    public static StreamServer Http(string status, byte[] body) => new(stream =>
    {
        _ = stream.Read(new byte[4096]);
        stream.Write(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\n"
            + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        stream.Write(body);
    });

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                _serve(client.GetStream());
            }
            catch (IOException)
            {
                // The feed hung up.
            }
        }
    }
}
