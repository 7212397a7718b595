using System.Net;
using System.Net.Sockets;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>
/// A clip as UDP packets, sent at about four times its speed with some of them left out: as a bad network does.
/// </summary>
internal sealed class LossySender : IDisposable
{
    private const byte LastOfPicture = 0x80;
    private const int TsPacket = 188;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly List<byte[]> _packets;
    private readonly Func<int, bool> _pausesAfter;
    private readonly UdpClient _sender = new();
    private readonly IPEndPoint _receiver;
    private volatile bool _over;

    private LossySender(List<byte[]> packets, Func<List<byte[]>, int, bool> pausesAfter)
    {
        _packets = packets;
        _pausesAfter = i => pausesAfter(packets, i);
        // RTP wants an even port, whose odd neighbour is for reports.
        do
        {
            using var free = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            _receiver = (IPEndPoint)free.Client.LocalEndPoint!;
        }
        while (_receiver.Port % 2 != 0);
    }

    /// <summary>Where it sends to, as <c>host:port</c>.</summary>
    public string Receiver => $"{_receiver}";

    /// <summary>The description of an RTP session with H.264, in SDP: what a file that is opened is to hold.</summary>
    public string Description => $"""
        v=0
        o=- 0 0 IN IP4 127.0.0.1
        s=clip
        c=IN IP4 127.0.0.1
        t=0 0
        m=video {_receiver.Port} RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1

        """;

    /// <summary>A transport stream, a packet of it a datagram.</summary>
    /// <param name="clip">The file.</param>
    /// <param name="seconds">Its length.</param>
    public static LossySender OfTransportStream(string clip, double seconds)
    {
        List<byte[]> packets = [.. File.ReadAllBytes(clip).Chunk(TsPacket)];
        int atOnce = Math.Max(1, (int)(packets.Count * 4 * Pause / TimeSpan.FromSeconds(seconds)));
        return new LossySender(packets, (_, i) => i % atOnce == 0);
    }

    /// <summary>The RTP packets that <c>ffmpeg</c> makes of a clip's H.264.</summary>
    public static LossySender OfRtp(string clip)
    {
        var packets = new List<byte[]>();
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        receiver.Client.ReceiveBufferSize = 1 << 22;
        receiver.Client.ReceiveTimeout = 1000;
        using ChildProcess ffmpeg = FFmpegTool.Start("-i", clip, "-c", "copy", "-f", "rtp", $"rtp://{receiver.Client.LocalEndPoint}?pkt_size=400");
        try
        {
            IPEndPoint? from = null;
            while (true) packets.Add(receiver.Receive(ref from));
        }
        catch (SocketException)
        {
            // No more.
        }

        return new LossySender(packets, (all, i) => (all[i][1] & LastOfPicture) != 0);
    }

    /// <summary>Sends in the background.</summary>
    /// <param name="loses">Every so-manieth packet is left out.</param>
    public void Start(int loses) => new Thread(() =>
    {
        using var never = new ManualResetEventSlim();
        foreach ((int i, byte[] packet) in _packets.Index())
        {
            if (_over) return;
            if ((i + 1) % loses != 0) _sender.Send(packet, _receiver);
            if (_pausesAfter(i)) never.Wait(Pause);
        }
    })
    { IsBackground = true }.Start();

    public void Dispose()
    {
        _over = true;
        _sender.Dispose();
    }
}
