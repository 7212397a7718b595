using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>
/// Changes three things about a connection before the server library sees it. A client that comes without an id is given one:
/// MQTT 3.1.1 allows that and common tools make use of it (<c>mosquitto_sub</c> without <c>-i</c>), but the library refuses it.
/// No session outlives its connection, whatever the client asks for: the library's switch for that does not cover MQTT 5.
/// And subscriptions and retained messages take turns: the library looks up what is retained before a subscription counts, so a message
/// that came in between would be missed, or be followed by the older one that it replaced.
/// </summary>
/// <param name="inner">Where connections come in.</param>
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

    /// <summary>A connection as it is, but for its first packet and for those that have to take turns.</summary>
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
            // Whoever asks for the next packet is done with the last.
            EndTurn();
            MqttPacket? packet = null;
            try
            {
                packet = await inner.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // After the last packet the server speaks the will, which is retained.
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
                // With MQTT 5 the client must be told its id: the server does that when it checks the connection.
                bool isTold = PacketFormatterAdapter.ProtocolVersion == MqttProtocolVersion.V500;
                if (string.IsNullOrEmpty(connect.ClientId) && !isTold) connect.ClientId = NewId();
            }

            return packet;
        }

        /// <summary>Lets the next connection take its turn, if this one has it. One task at a time reads a connection, and calls this.</summary>
        public void EndTurn()
        {
            if (!_hasTurn) return;
            _hasTurn = false;
            turn.Release();
        }

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) => inner.SendPacketAsync(packet, cancellationToken);

        public void ResetStatistics() => inner.ResetStatistics();

        public void Dispose() => inner.Dispose();
    }
}
