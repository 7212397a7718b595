using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>
/// Just enough of a broker to see how many unacknowledged messages a publisher allows: it announces a receive maximum, and lets
/// messages wait for a moment before it acknowledges them all.
/// </summary>
internal sealed class ReluctantBroker : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<ushort> _unacknowledged = new();
    private readonly byte _receiveMaximum;
    private readonly Task _serving;

    public ReluctantBroker(byte receiveMaximum)
    {
        _receiveMaximum = receiveMaximum;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether it answers pings.</summary>
    public bool AnswersPings { get; init; } = true;

    /// <summary>Pings that it answered.</summary>
    public int Answered { get; private set; }

    /// <summary>QoS 1 messages that it acknowledged; it never forwards them.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The highest number of messages that waited at once.</summary>
    public int MostUnacknowledged { get; private set; }

    /// <summary>QoS 1 messages so far.</summary>
    public int Published { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            using Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            await using var stream = new NetworkStream(client);
            _ = AcknowledgeAsync(stream);
            while (true)
            {
                (byte header, byte[] body) = await ReadAsync(stream, _stop.Token);
                switch (header >> 4)
                {
                    case 1: // CONNECT: CONNACK with success and the property Receive Maximum (0x21).
                        await stream.WriteAsync(new byte[] { 0x20, 6, 0, 0, 3, 0x21, 0, _receiveMaximum }, _stop.Token);
                        break;
                    case 3 when (header & 0b0110) != 0: // PUBLISH, QoS 1.
                        Take(BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(2 + BinaryPrimitives.ReadUInt16BigEndian(body))));
                        break;
                    case 12 when AnswersPings: // PINGREQ.
                        await stream.WriteAsync(new byte[] { 0xD0, 0 }, _stop.Token);
                        Answered++;
                        break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The publisher disconnected, or the test is over.
        }
    }

    private void Take(ushort packet)
    {
        lock (_lock)
        {
            _unacknowledged.Enqueue(packet);
            Published++;
            MostUnacknowledged = Math.Max(MostUnacknowledged, _unacknowledged.Count);
        }
    }

    private async Task AcknowledgeAsync(NetworkStream stream)
    {
        using var timer = new PeriodicTimer(Moment);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                ushort[] packets;
                lock (_lock)
                {
                    packets = [.. _unacknowledged];
                    _unacknowledged.Clear();
                }

                foreach (ushort packet in packets)
                {
                    byte[] acknowledgement = [0x40, 2, 0, 0];
                    BinaryPrimitives.WriteUInt16BigEndian(acknowledgement.AsSpan(2), packet);
                    await stream.WriteAsync(acknowledgement, _stop.Token);
                    Acknowledged++;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The publisher disconnected, or the test is over.
        }
    }

    private static async Task<(byte Header, byte[] Body)> ReadAsync(NetworkStream stream, CancellationToken stop)
    {
        byte[] one = new byte[1];
        await stream.ReadExactlyAsync(one, stop);
        byte header = one[0];
        int length = 0;
        for (int shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(one, stop);
            length |= (one[0] & 0x7F) << shift;
            if ((one[0] & 0x80) == 0) break;
        }

        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, stop);
        return (header, body);
    }
}
