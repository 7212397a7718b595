using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>Passes the connections of both ports to the server library, and keeps their number within the limits.</summary>
/// <param name="limits">How many.</param>
/// <param name="refusals">Counts those beyond.</param>
/// <param name="time">The clock.</param>
internal sealed class BrokerEndpoint(BrokerLimits limits, Refusals refusals, TimeProvider time)
    : ConnectionHandler, IMqttServerAdapter
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();

    /// <summary>Those that have sent no CONNECT yet, the oldest first.</summary>
    private readonly LinkedList<ClientChannel> _pending = [];

    private readonly HashSet<ClientChannel> _guests = [];
    private int _connections;

    /// <inheritdoc/>
    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <summary>Open connections, in any state.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>An id that no other client has.</summary>
    public static string NewId() => $"auto-{Guid.NewGuid():N}";

    /// <inheritdoc/>
    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Serves one connection until it ends.</summary>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        // Otherwise a WebSocket carries text.
        if (connection.Features.Get<ITransferFormatFeature>() is { } format) format.ActiveFormat = TransferFormat.Binary;
        using var channel = new ClientChannel(connection, limits, refusals, _turn, time);
        Interlocked.Increment(ref _connections);
        AddPending(channel);
        try
        {
            if (ClientHandler is { } handle) await handle(channel).ConfigureAwait(false);
        }
        finally
        {
            channel.EndTurn();
            lock (_lock)
            {
                _pending.Remove(channel);
                _guests.Remove(channel);
            }

            Interlocked.Decrement(ref _connections);
            AbortSoon(connection);
        }
    }

    /// <summary>Records that a connection is a client's.</summary>
    /// <returns>False if it is one too many. The service itself never is.</returns>
    public bool Admit(ClientChannel channel)
    {
        lock (_lock)
        {
            _pending.Remove(channel);
            if (channel.IsService) return true;
            if (_guests.Count >= limits.MaxGuests) return false;
            _guests.Add(channel);
            return true;
        }
    }

    private void AddPending(ClientChannel channel)
    {
        ClientChannel? oldest = null;
        lock (_lock)
        {
            if (_pending.Count >= limits.MaxPending)
            {
                oldest = _pending.First!.Value;
                _pending.RemoveFirst();
            }

            _pending.AddLast(channel);
        }

        if (oldest is null) return;
        refusals.Count(Refusal.NoConnect);
        oldest.Abort();
    }

    /// <summary>Kestrel sends what is left before it closes, and would wait for ever for a client that does not read.</summary>
    private void AbortSoon(ConnectionContext connection)
    {
        ITimer timer = time.CreateTimer(_ => connection.Abort(), null, limits.GoodbyeWithin, Timeout.InfiniteTimeSpan);
        try
        {
            connection.ConnectionClosed.Register(timer.Dispose);
        }
        catch (ObjectDisposedException)
        {
            // It is closed already.
            timer.Dispose();
        }
    }
}
