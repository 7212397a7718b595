using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>A client without manners: sends the bytes that a test wants, or none.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();

    private RawClient()
    {
    }

    private NetworkStream Stream => _tcp.GetStream();

    public static async Task<RawClient> OpenAsync(int port, params byte[][] packets)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        foreach (byte[] packet in packets) await client.SendAsync(packet);
        return client;
    }

    /// <summary>An MQTT 3.1.1 connection that the broker has accepted.</summary>
    public static async Task<RawClient> ConnectAsync(int port, string id)
    {
        RawClient client = await OpenAsync(port, Connect(id));
        Assert.Equal([0x20, 2, 0, 0], await client.ReadAsync(4));
        return client;
    }

    public static byte[] Connect(string id) => Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, .. Text(id)]);

    /// <summary>The first packet of MQTT 5, whose server can send DISCONNECT.</summary>
    public static byte[] Connect5(string id) => Packet(0x10, [.. Text("MQTT"), 5, 2, 0, 0, 0, .. Text(id)]);

    public static byte[] Publish(string topic, int payload, bool retain = false) =>
        Packet((byte)(0x30 | (retain ? 1 : 0)), [.. Text(topic), .. new byte[payload]]);

    public static byte[] Subscribe(string filter, byte qos) => Packet(0x82, [0, 1, .. Text(filter), qos]);

    public static byte[] Subscribe5(string filter) => Packet(0x82, [0, 1, 0, .. Text(filter), 0]);

    /// <summary>Sends something, unless the connection was cut off. Reads nothing.</summary>
    public bool TrySend(byte[] bytes)
    {
        try
        {
            Stream.Write(bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The second, if reading has found it already.
            return false;
        }
    }

    public async Task SendAsync(byte[] bytes) => await Stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>Reads until the broker has closed the connection.</summary>
    public async Task UntilClosedAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        byte[] bytes = new byte[4096];
        try
        {
            while (await Stream.ReadAsync(bytes, late.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("The broker did not close the connection.");
        }
    }

    /// <summary>Hangs up.</summary>
    public void Dispose() => _tcp.Dispose();

    private static byte[] Packet(byte type, byte[] body)
    {
        var header = new List<byte> { type };
        int left = body.Length;
        do
        {
            header.Add((byte)((left % 128) | (left >= 128 ? 128 : 0)));
            left /= 128;
        }
        while (left > 0);
        return [.. header, .. body];
    }

    private static byte[] Text(string text)
    {
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)text.Length);
        return [.. length, .. Encoding.UTF8.GetBytes(text)];
    }
}
