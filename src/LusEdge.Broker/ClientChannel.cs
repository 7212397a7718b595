using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using MQTTnet.Adapter;
using MQTTnet.AspNetCore;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LusEdge.Broker;

/// <summary>
/// Reads and writes the packets of one connection. It replaces the library's own class, which reads for ever, on a busy core,
/// when a client hangs up within a packet, and which takes packets of any size.
/// </summary>
/// <remarks>
/// It changes three things before the server library sees them. A client without an id is given one: MQTT 3.1.1 allows that and
/// common tools use it (<c>mosquitto_sub</c> without <c>-i</c>), but the library refuses it. No session outlives its connection,
/// whatever the client asks for: the library's option for that does not cover MQTT 5. And subscriptions and retained messages
/// take turns: the library reads the retained messages before a subscription is active, so a message published in between would
/// be missed, or followed by the older one that it replaced.
/// </remarks>
internal sealed class ClientChannel : IMqttChannelAdapter
{
    private const byte ConnectHeader = 0x10;
    private readonly ConnectionContext _connection;
    private readonly BrokerLimits _limits;
    private readonly Refusals _refusals;
    private readonly SemaphoreSlim _turn;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _answers;

    /// <summary>Ids of the messages that the client must acknowledge: as long as it does not, the server library keeps them.
    /// </summary>
    private readonly HashSet<ushort> _unacknowledged = [];

    private bool _hasConnected;
    private bool _hasTurn;

    /// <summary>Takes over a connection.</summary>
    /// <param name="connection">Kestrel's end of it.</param>
    /// <param name="limits">What a client may do.</param>
    /// <param name="refusals">Counts what it may not.</param>
    /// <param name="turn">Shared by all connections.</param>
    /// <param name="time">The clock.</param>
    public ClientChannel(
        ConnectionContext connection, BrokerLimits limits, Refusals refusals, SemaphoreSlim turn, TimeProvider time)
    {
        (_connection, _limits, _refusals, _turn, _time) = (connection, limits, refusals, turn, time);
        _answers = new SemaphoreSlim(limits.MaxUnanswered, limits.MaxUnanswered);
        // The writer's buffers grow as needed, and shrink again to the second size.
        PacketFormatterAdapter = new MqttPacketFormatterAdapter(new MqttBufferWriter(4096, limits.MaxPacketBytes));
    }

    /// <summary>Whether this is the service itself, which has proved it.</summary>
    public bool IsService { get; set; }

    /// <summary>The topic filters that the client has subscribed to.</summary>
    public HashSet<string> Filters { get; } = [];

    public long BytesReceived { get; private set; }

    public long BytesSent { get; private set; }

    public X509Certificate2? ClientCertificate => null;

    public EndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    public EndPoint? LocalEndPoint => _connection.LocalEndPoint;

    public bool IsSecureConnection => false;

    public MqttPacketFormatterAdapter PacketFormatterAdapter { get; }

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DisconnectAsync(CancellationToken cancellationToken)
    {
        _connection.Transport.Input.Complete();
        _connection.Transport.Output.Complete();
        return Task.CompletedTask;
    }

    /// <summary>Cuts the connection off, without a packet.</summary>
    public void Abort() => _connection.Abort();

    /// <summary>Reads the next packet.</summary>
    /// <exception cref="MqttCommunicationException">The client hung up.</exception>
    /// <exception cref="MqttProtocolViolationException">It sent something that it may not.</exception>
    /// <exception cref="OperationCanceledException">It sent no CONNECT in time, or the server stops.</exception>
    public async Task<MqttPacket?> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        // A request for the next packet means that the last one is done.
        EndTurn();
        MqttPacket? packet = null;
        try
        {
            packet = _hasConnected
                ? await ReadAsync(cancellationToken).ConfigureAwait(false)
                : await ReadConnectAsync(cancellationToken).ConfigureAwait(false);
            Check(packet);
            if (IsAnswered(packet)) await _answers.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // After the last packet, the server publishes the will, which may be retained.
            if (packet is null or MqttSubscribePacket or MqttPublishPacket { Retain: true })
            {
                await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                _hasTurn = true;
            }
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
        _turn.Release();
    }

    /// <summary>Sends a packet. A DISCONNECT does not wait for a client that does not read.</summary>
    public async Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken)
    {
        if (packet is MqttConnAckPacket connected)
        {
            connected.MaximumPacketSize = (uint)_limits.MaxPacketBytes;
            // Each would keep its topic in memory for as long as the connection lasts.
            connected.TopicAliasMaximum = 0;
        }

        if (packet is MqttPublishPacket { QualityOfServiceLevel: > MqttQualityOfServiceLevel.AtMostOnce } message)
            CountUnacknowledged(message.PacketIdentifier);
        bool isLast = packet is MqttDisconnectPacket;
        if (!await _writing.WaitAsync(isLast ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false))
        {
            Abort();
            return;
        }

        try
        {
            MqttPacketBuffer bytes = PacketFormatterAdapter.Encode(packet);
            PipeWriter output = _connection.Transport.Output;
            output.Write(bytes.Packet);
            foreach (ReadOnlyMemory<byte> part in bytes.Payload) output.Write(part.Span);
            BytesSent += bytes.Length;
            ValueTask<FlushResult> flush = output.FlushAsync(cancellationToken);
            if (isLast && !flush.IsCompleted) Abort();
            await flush.ConfigureAwait(false);
        }
        finally
        {
            PacketFormatterAdapter.Cleanup();
            _writing.Release();
            if (IsAnswer(packet)) _answers.Release();
        }
    }

    public void ResetStatistics() => (BytesReceived, BytesSent) = (0, 0);

    public void Dispose()
    {
        // The server's sending loop may still use the semaphores for a moment; they hold nothing that must be released.
    }

    private async Task<MqttPacket> ReadConnectAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(_limits.ConnectWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            MqttPacket packet = await ReadAsync(either.Token).ConfigureAwait(false);
            _hasConnected = true;
            return packet;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            _refusals.Count(Refusal.NoConnect);
            Abort();
            throw;
        }
    }

    private async Task<MqttPacket> ReadAsync(CancellationToken stop)
    {
        PipeReader input = _connection.Transport.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync(stop).ConfigureAwait(false);
            ReadOnlySequence<byte> bytes = read.Buffer;
            SequencePosition consumed = bytes.Start;
            SequencePosition examined = bytes.End;
            try
            {
                CheckHeader(bytes);
                if (PacketFormatterAdapter.TryDecode(bytes, out MqttPacket packet, out consumed, out examined, out int length))
                {
                    BytesReceived += length;
                    return packet;
                }

                // There will be no more bytes: reading again would return the same ones at once, for ever.
                if (read.IsCompleted || read.IsCanceled)
                {
                    throw new MqttCommunicationException(
                        bytes.IsEmpty ? "the client hung up" : "the client hung up within a packet");
                }
            }
            finally
            {
                input.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <summary>Refuses a packet by its first bytes, so that nothing waits for the others or keeps them in memory.</summary>
    private void CheckHeader(ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        if (!reader.TryRead(out byte type)) return;
        if (!_hasConnected && type != ConnectHeader)
        {
            _refusals.Count(Refusal.NotMqtt);
            throw new MqttProtocolViolationException("the first packet is not CONNECT");
        }

        long length = 0;
        for (int shift = 0; shift < 28 && reader.TryRead(out byte part); shift += 7)
        {
            length |= (long)(part & 0x7F) << shift;
            if (part < 0x80) break;
        }

        if (length + reader.Consumed <= _limits.MaxPacketBytes) return;
        _refusals.Count(Refusal.PacketTooLarge);
        throw new MqttProtocolViolationException($"a packet is larger than {_limits.MaxPacketBytes} bytes");
    }

    private void Check(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttConnectPacket connect:
                connect.CleanSession = true;
                connect.SessionExpiryInterval = 0;
                // An MQTT 5 client must be told its id; the server does that when it validates the connection.
                bool isTold = PacketFormatterAdapter.ProtocolVersion == MqttProtocolVersion.V500;
                if (string.IsNullOrEmpty(connect.ClientId) && !isTold) connect.ClientId = BrokerEndpoint.NewId();
                break;
            case MqttPublishPacket { TopicAlias: > 0 }:
                _refusals.Count(Refusal.TopicAlias);
                throw new MqttProtocolViolationException("a topic alias is used, which was not offered");
            case MqttPubAckPacket or MqttPubCompPacket:
                lock (_unacknowledged) _unacknowledged.Remove(((MqttPacketWithIdentifier)packet).PacketIdentifier);
                break;
        }
    }

    private void CountUnacknowledged(ushort id)
    {
        lock (_unacknowledged)
        {
            _unacknowledged.Add(id);
            if (_unacknowledged.Count <= _limits.MaxUnacknowledged) return;
        }

        _refusals.Count(Refusal.TooSlow);
        Abort();
    }

    private static bool IsAnswered(MqttPacket packet) => packet
        is MqttPingReqPacket or MqttSubscribePacket or MqttUnsubscribePacket or MqttPubRecPacket or MqttPubRelPacket
        or MqttPublishPacket { QualityOfServiceLevel: > MqttQualityOfServiceLevel.AtMostOnce };

    private static bool IsAnswer(MqttPacket packet) => packet
        is MqttPingRespPacket or MqttSubAckPacket or MqttUnsubAckPacket or MqttPubRelPacket or MqttPubCompPacket
        or MqttPubAckPacket or MqttPubRecPacket;
}
