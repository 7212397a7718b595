using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>
/// Passes bytes between a client and a broker, and cuts or silences the line on demand, like a bad cable or a firewall.
/// </summary>
internal sealed class TcpCutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _refuse;
    private volatile bool _swallow;
    private int _connections;

    public TcpCutProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port for the client.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether new connections are closed at once.</summary>
    public bool Refuse
    {
        get => _refuse;
        set => _refuse = value;
    }

    /// <summary>Whether bytes are accepted and discarded, in both directions.</summary>
    public bool Swallow
    {
        get => _swallow;
        set => _swallow = value;
    }

    /// <summary>Cuts every connection.</summary>
    public void Cut()
    {
        foreach (Socket socket in _sockets.Keys) socket.Dispose();
        _sockets.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                if (_refuse)
                {
                    client.Dispose();
                    continue;
                }

                Interlocked.Increment(ref _connections);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The proxy is stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var broker = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets[client] = 0;
        _sockets[broker] = 0;
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            await Task.WhenAny(PumpAsync(client, broker), PumpAsync(broker, client));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
            broker.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, _stop.Token);
                if (count == 0) return;
                if (!_swallow) await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
    }
}
