using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>
/// Changes three things about a connection before the server library sees it. A client without an id is given one: MQTT 3.1.1
/// allows that and common tools use it (<c>mosquitto_sub</c> without <c>-i</c>), but the library refuses it. No session outlives
/// its connection, whatever the client asks for: the library's option for that does not cover MQTT 5. And subscriptions and
/// retained messages take turns: the library reads the retained messages before a subscription is active, so a message published
/// in between would be missed, or followed by the older one that it replaced.
/// </summary>
/// <param name="inner">Accepts the connections.</param>
internal sealed class EmbeddedBrokerAdapter(IMqttServerAdapter inner) : IMqttServerAdapter
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <inheritdoc/>
    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <summary>An id that no other client has.</summary>
    public static string NewId() => $"auto-{Guid.NewGuid():N}";

    /// <inheritdoc/>
    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        inner.ClientHandler = HandleAsync;
        return inner.StartAsync(options, logger);
    }

    /// <inheritdoc/>
    public Task StopAsync() => inner.StopAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        inner.Dispose();
        _turn.Dispose();
    }

    private async Task HandleAsync(IMqttChannelAdapter connection)
    {
        var channel = new Channel(connection, _turn);
        try
        {
            if (ClientHandler is { } handle) await handle(channel).ConfigureAwait(false);
        }
        finally
        {
            channel.EndTurn();
        }
    }

    /// <summary>Passes a connection through, except for its first packet and the packets that must take turns.</summary>
    private sealed class Channel(IMqttChannelAdapter inner, SemaphoreSlim turn) : IMqttChannelAdapter
    {
        private bool _hasTurn;

        public long BytesReceived => inner.BytesReceived;

        public long BytesSent => inner.BytesSent;

        public X509Certificate2? ClientCertificate => inner.ClientCertificate;

        public EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

        public EndPoint? LocalEndPoint => inner.LocalEndPoint;

        public bool IsSecureConnection => inner.IsSecureConnection;

        public MqttPacketFormatterAdapter PacketFormatterAdapter => inner.PacketFormatterAdapter;

        public Task ConnectAsync(CancellationToken cancellationToken) => inner.ConnectAsync(cancellationToken);

        public Task DisconnectAsync(CancellationToken cancellationToken) => inner.DisconnectAsync(cancellationToken);

        public async Task<MqttPacket?> ReceivePacketAsync(CancellationToken cancellationToken)
        {
            // A request for the next packet means that the last one is done.
            EndTurn();
            MqttPacket? packet = null;
            try
            {
                packet = await inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // After the last packet, the server publishes the will, which is retained.
                if (packet is null or MqttSubscribePacket or MqttPublishPacket { Retain: true })
                {
                    await turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                    _hasTurn = true;
                }
            }

            if (packet is MqttConnectPacket connect)
            {
                connect.CleanSession = true;
                connect.SessionExpiryInterval = 0;
                // An MQTT 5 client must be told its id; the server does that when it validates the connection.
                bool isTold = PacketFormatterAdapter.ProtocolVersion == MqttProtocolVersion.V500;
                if (string.IsNullOrEmpty(connect.ClientId) && !isTold) connect.ClientId = NewId();
            }

            return packet;
        }

        /// <summary>
        /// Ends this connection's turn, if it has it. Only one task at a time reads a connection and calls this.
        /// </summary>
        public void EndTurn()
        {
            if (!_hasTurn) return;
            _hasTurn = false;
            turn.Release();
        }

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) =>
            inner.SendPacketAsync(packet, cancellationToken);

        public void ResetStatistics() => inner.ResetStatistics();

        public void Dispose() => inner.Dispose();
    }
}
