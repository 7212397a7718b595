using System.Net;
using System.Net.Sockets;
using LusEdge.Broker;
using LusEdge.Contract;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>Who may do what on the embedded broker.</summary>
public sealed class BrokerAccessTests
{
    private static readonly Topics Device = new("ward-7", "lus-0123456789ab");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<MqttProtocolVersion, MqttQualityOfServiceLevel, string> Forgeries
    {
        get
        {
            var data = new TheoryData<MqttProtocolVersion, MqttQualityOfServiceLevel, string>();
            foreach (MqttProtocolVersion version in (MqttProtocolVersion[])[MqttProtocolVersion.V311, MqttProtocolVersion.V500])
            {
                foreach (MqttQualityOfServiceLevel qos in Enum.GetValues<MqttQualityOfServiceLevel>())
                {
                    foreach (string by in (string[])["message", "will", "web socket"]) data.Add(version, qos, by);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_guest_can_not_publish_on_the_devices_topics(
        MqttProtocolVersion version, MqttQualityOfServiceLevel qos, string by)
    {
        await using EmbeddedBroker broker = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort, "#");
        long forged = 0;
        foreach (string topic in (string[])[Device.Live, Device.Availability, Device.Clip, Device.Prefix, Device.Prefix + "/cmd"])
        {
            using IMqttClient guest = new MqttClientFactory().CreateMqttClient();
            MqttClientOptionsBuilder options =
                new MqttClientOptionsBuilder().WithProtocolVersion(version).WithClientId($"guest-{forged}");
            if (by == "web socket") options.WithWebSocketServer(web => web.WithUri(broker.WebSocketUri.ToString()));
            else options.WithTcpServer("127.0.0.1", broker.TcpPort);
            if (by == "will")
            {
                options.WithWillTopic(topic).WithWillPayload("forged").WithWillRetain().WithWillQualityOfServiceLevel(qos);
            }

            await guest.ConnectAsync(options.Build(), Stop);
            if (by == "will") guest.Dispose();
            else await guest.PublishStringAsync(topic, "forged", qos, retain: true, Stop);
            // Not disposed earlier, because a reset connection can lose what was sent.
            long refused = ++forged;
            await Eventually.TrueAsync("it is refused", () => broker.Refusals.Of(Refusal.DeviceTopic) == refused);
        }

        using IMqttClient service = await ConnectAsync(broker, Device.Device, broker.Password);
        await service.PublishStringAsync(Device.Live, "real", cancellationToken: Stop);
        await subscriber.WaitAsync("the reading", all => all.Any(received => received.Topic == Device.Live));
        Assert.Equal("real", System.Text.Encoding.UTF8.GetString(Assert.Single(subscriber.All).Payload));
    }

    [Fact]
    public async Task A_guest_may_send_commands_and_use_other_topics()
    {
        await using EmbeddedBroker broker = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort, "#");
        using IMqttClient guest = await ConnectAsync(broker, "guest", "");
        foreach (string topic in (string[])[Device.Prefix + "/cmd/model.set", Device.Prefix + "c/live", "other"])
        {
            await guest.PublishStringAsync(topic, "x", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Stop);
            await subscriber.WaitAsync(topic, all => all.Any(received => received.Topic == topic));
        }

        Assert.Equal(0, broker.Refusals.Of(Refusal.DeviceTopic));
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Nobody_takes_over_the_services_connection(MqttProtocolVersion version)
    {
        await using EmbeddedBroker broker = await StartAsync();
        using IMqttClient service = await ConnectAsync(broker, Device.Device, broker.Password);
        foreach (string password in (string[])["", "guess", broker.Password[1..], broker.Password + "0"])
        {
            using IMqttClient guest = new MqttClientFactory().CreateMqttClient();
            MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithProtocolVersion(version)
                .WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId(Device.Device).WithCredentials("lusedge", password);
            MqttClientConnectResult answer = await guest.ConnectAsync(options.Build(), Stop);
            Assert.Equal(MqttClientConnectResultCode.NotAuthorized, answer.ResultCode);
        }

        Assert.Equal(
            MqttClientPublishReasonCode.NoMatchingSubscribers,
            (await service.PublishStringAsync(Device.Clip, "x", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Stop))
                .ReasonCode);
        // The service itself may: its old connection may still look alive.
        using IMqttClient again = await ConnectAsync(broker, Device.Device, broker.Password);
    }

    [Theory]
    [InlineData("127.0.0.1:9", null, 101)]
    [InlineData("localhost:9", null, 101)]
    [InlineData("LocalHost", null, 101)]
    [InlineData("[::1]:9", null, 101)]
    [InlineData("localhost:9", "http://localhost:8080", 101)]
    [InlineData("127.0.0.1:9", "http://127.0.0.1", 101)]
    [InlineData("127.0.0.1:9", "https://LOCALHOST:9", 101)]
    [InlineData("127.0.0.1:9", "http://[::1]:3000", 101)]
    [InlineData("127.0.0.1:9", "https://evil.example", 403)]
    [InlineData("127.0.0.1:9", "http://localhost.evil.example", 403)]
    [InlineData("127.0.0.1:9", "http://localhost@evil.example", 403)]
    [InlineData("127.0.0.1:9", "http://evil.example/localhost", 403)]
    [InlineData("127.0.0.1:9", "http://192.168.1.7", 403)]
    [InlineData("127.0.0.1:9", "null", 403)]
    [InlineData("127.0.0.1:9", "", 403)]
    [InlineData("127.0.0.1:9", "file://", 403)]
    [InlineData("127.0.0.1:9", "chrome-extension://localhost", 403)]
    [InlineData("127.0.0.1:9", "http://localhost\r\nOrigin: http://evil.example", 403)]
    [InlineData("evil.example:9", null, 403)]
    [InlineData("evil.example:9", "http://evil.example:9", 403)]
    [InlineData("evil.example:9", "http://localhost", 403)]
    [InlineData("127.0.0.1.evil.example", null, 403)]
    [InlineData("0.0.0.0:9", null, 403)]
    [InlineData("", null, 403)]
    public async Task Only_pages_and_programs_of_this_machine_get_a_web_socket(string host, string? origin, int status)
    {
        await using EmbeddedBroker broker = await StartAsync();
        Assert.Equal(status, await StatusAsync(broker, "GET /mqtt", host, origin));
    }

    [Theory]
    [InlineData("POST /mqtt/negotiate", 404)]
    [InlineData("GET /", 404)]
    public async Task Other_paths_of_the_web_socket_port_do_not_exist(string request, int status)
    {
        await using EmbeddedBroker broker = await StartAsync();
        Assert.Equal(status, await StatusAsync(broker, request, "localhost", "http://localhost"));
        Assert.Equal(0, broker.Endpoint.Connections);
    }

    private static async Task<int> StatusAsync(EmbeddedBroker broker, string request, string host, string? origin)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, broker.WebSocketUri.Port, Stop);
        using var writer = new StreamWriter(tcp.GetStream()) { NewLine = "\r\n" };
        await writer.WriteAsync($"{request} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        await writer.WriteAsync("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        await writer.WriteAsync("Content-Length: 0\r\n");
        if (origin is not null) await writer.WriteAsync($"Origin: {origin}\r\n");
        await writer.WriteAsync("Sec-WebSocket-Protocol: mqtt\r\n\r\n");
        await writer.FlushAsync(Stop);
        using var reader = new StreamReader(tcp.GetStream());
        string line = (await reader.ReadLineAsync(Stop))!;
        return int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<IMqttClient> ConnectAsync(EmbeddedBroker broker, string id, string password)
    {
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        MqttClientOptions options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId(id).WithCredentials("lusedge", password).Build();
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(options, Stop)).ResultCode);
        return client;
    }

    private static Task<EmbeddedBroker> StartAsync() => EmbeddedBroker.StartAsync(
        LoopbackPort.Free(),
        LoopbackPort.Free(),
        Device,
        TimeProvider.System,
        NullLogger<EmbeddedBroker>.Instance,
        Stop);
}
