using System.Net.Sockets;
using System.Text;

namespace LusEdge.IntegrationTests.Service;

/// <summary>systemd's end of the notify protocol (sd_notify(3)): records every message and its arrival time.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<(string Message, long At)> _messages = [];
    private readonly Task _reading;

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>For NOTIFY_SOCKET.</summary>
    public string Path { get; }

    public IReadOnlyList<(string Message, long At)> Messages
    {
        get
        {
            lock (_messages) return [.. _messages];
        }
    }

    public bool Has(string message) => Messages.Any(m => m.Message == message);

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int length = await _socket.ReceiveAsync(buffer);
                lock (_messages) _messages.Add((Encoding.UTF8.GetString(buffer, 0, length), TimeProvider.System.GetTimestamp()));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
