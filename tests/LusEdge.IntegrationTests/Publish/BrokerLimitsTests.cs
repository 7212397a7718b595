using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using LusEdge.Broker;
using LusEdge.Contract;
using LusEdge.Tests;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>What broken and hostile clients of the embedded broker can't do to it.</summary>
public sealed class BrokerLimitsTests
{
    private static readonly Topics Device = new("ward-7", "lus-0123456789ab");
    private readonly FakeLogCollector _log = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> HangUps =>
        ["an HTTP request", "a TLS handshake", "one byte", "half a CONNECT", "half a PUBLISH", "a length", "a bad packet"];

    [Theory]
    [MemberData(nameof(HangUps))]
    public async Task A_client_that_hangs_up_within_a_packet_is_gone(string what)
    {
        byte[] connect = RawClient.Connect("a");
        byte[][] sent = what switch
        {
            "an HTTP request" => ["GET / HTTP/1.0\r\n\r\n"u8.ToArray()],
            "a TLS handshake" => [[0x16, 3, 1, 2, 0, 1, 0]],
            "one byte" => [[0x10]],
            "half a CONNECT" => [connect[..^4]],
            "half a PUBLISH" => [connect, RawClient.Publish("t", 100)[..^50]],
            "a length" => [connect, [0x30, 0x80]],
            _ => [connect, [0xF0, 2, 0, 0]],
        };
        await using EmbeddedBroker broker = await StartAsync();
        for (int i = 0; i < 20; i++) (await RawClient.OpenAsync(broker.TcpPort, sent)).Dispose();
        // Each connection that remains keeps a processor core busy.
        await Eventually.TrueAsync("all connections are gone", () => broker.Endpoint.Connections == 0);
        await PublishesAsync(broker);
    }

    [Fact]
    public async Task A_web_socket_that_hangs_up_within_a_packet_is_gone()
    {
        await using EmbeddedBroker broker = await StartAsync();
        for (int i = 0; i < 20; i++)
        {
            using ClientWebSocket socket = await OpenWebSocketAsync(broker);
            await socket.SendAsync(RawClient.Connect("a").AsMemory(..5), WebSocketMessageType.Binary, endOfMessage: true, Stop);
            socket.Abort();
        }

        await Eventually.TrueAsync("all connections are gone", () => broker.Endpoint.Connections == 0);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("half a CONNECT")]
    public async Task A_connection_without_a_whole_connect_packet_is_closed(string what)
    {
        await using EmbeddedBroker broker = await StartAsync();
        using RawClient client = await RawClient.OpenAsync(broker.TcpPort);
        using ClientWebSocket socket = await OpenWebSocketAsync(broker);
        if (what != "nothing") await client.SendAsync(RawClient.Connect("a")[..^1]);
        await Eventually.TrueAsync("both are there", () => broker.Endpoint.Connections == 2);
        await Eventually.TrueAsync("both are closed", () =>
        {
            _time.Advance(new BrokerLimits().ConnectWithin);
            return broker.Endpoint.Connections == 0;
        });
        await client.UntilClosedAsync();
    }

    [Fact]
    public async Task A_flood_of_silent_connections_does_not_lock_out_the_service()
    {
        await using EmbeddedBroker broker = await StartAsync();
        var silent = new List<RawClient>();
        for (int i = 0; i < 100; i++) silent.Add(await RawClient.OpenAsync(broker.TcpPort));
        await PublishesAsync(broker);
        await Eventually.TrueAsync("few of them are left", () => broker.Endpoint.Connections <= new BrokerLimits().MaxPending);
        await silent[0].UntilClosedAsync();
        foreach (RawClient client in silent) client.Dispose();
    }

    [Fact]
    public async Task Guests_beyond_the_limit_are_refused_but_never_the_service()
    {
        await using EmbeddedBroker broker = await StartAsync(new BrokerLimits { MaxGuests = 2 });
        using RawClient first = await RawClient.ConnectAsync(broker.TcpPort, "a");
        using RawClient second = await RawClient.ConnectAsync(broker.TcpPort, "b");
        using (RawClient third = await RawClient.OpenAsync(broker.TcpPort, RawClient.Connect("c")))
        {
            Assert.Equal([0x20, 2, 0, 3], await third.ReadAsync(4));
            await third.UntilClosedAsync();
        }

        using IMqttClient service = await ServiceAsync(broker);
        first.Dispose();
        await Eventually.TrueAsync("the first has left", () => broker.Endpoint.Connections == 2);
        using RawClient again = await RawClient.ConnectAsync(broker.TcpPort, "c");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_packet_that_is_too_large_ends_the_connection_at_its_header(bool atOnce)
    {
        await using EmbeddedBroker broker = await StartAsync();
        using RawClient client = atOnce
            ? await RawClient.OpenAsync(broker.TcpPort, [0x10, 0xFF, 0xFF, 0xFF, 0x7F])
            : await RawClient.ConnectAsync(broker.TcpPort, "a");
        if (!atOnce)
        {
            // A header of 4 bytes and a topic of 3.
            await client.SendAsync(RawClient.Publish("t", new BrokerLimits().MaxPacketBytes - 7));
            await client.SendAsync([0xC0, 0]);
            Assert.Equal([0xD0, 0], await client.ReadAsync(2));
            await client.SendAsync(RawClient.Publish("t", new BrokerLimits().MaxPacketBytes - 6)[..10]);
        }

        await client.UntilClosedAsync();
        Assert.Equal(1, broker.Refusals.Of(Refusal.PacketTooLarge));
    }

    [Fact]
    public async Task Clients_are_told_the_largest_packet_and_offered_no_topic_aliases()
    {
        await using EmbeddedBroker broker = await StartAsync();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        MqttClientConnectResult answer = await client.ConnectAsync(Options(broker, "a").Build(), Stop);
        Assert.Equal((uint)new BrokerLimits().MaxPacketBytes, answer.MaximumPacketSize);
        Assert.Equal(0, answer.TopicAliasMaximum);
        MqttApplicationMessage message = new MqttApplicationMessageBuilder().WithTopic("t").WithTopicAlias(1).Build();
        await client.PublishAsync(message, Stop);
        await Eventually.TrueAsync("it is cut off", () => broker.Endpoint.Connections == 0);
    }

    [Fact]
    public async Task Guests_retained_messages_are_bounded_in_number_and_bytes()
    {
        await using EmbeddedBroker broker = await StartAsync(new BrokerLimits { MaxRetained = 3, MaxRetainedBytes = 30_000 });
        using IMqttClient guest = new MqttClientFactory().CreateMqttClient();
        await guest.ConnectAsync(Options(broker, "a").Build(), Stop);
        using IMqttClient service = await ServiceAsync(broker);

        Assert.True(await Keep(guest, "t/1", 14_000));
        Assert.True(await Keep(guest, "t/1", 14_500));
        Assert.True(await Keep(guest, "t/2", 15_000));
        Assert.False(await Keep(guest, "t/3", 1_000));
        Assert.False(await Keep(guest, "t/3", 1, new string('x', 1_000)));
        Assert.True(await Keep(service, Device.Live, 50_000));
        Assert.True(await Keep(guest, "t/2", 0));
        Assert.True(await Keep(guest, "t/2", 1));
        Assert.True(await Keep(guest, "t/3", 1));
        Assert.False(await Keep(guest, "t/4", 1));
        Assert.Equal(3, broker.Refusals.Of(Refusal.RetainedFull));

        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort, "#");
        await subscriber.WaitAsync("four messages", all => all.Count == 4);

        async Task<bool> Keep(IMqttClient client, string topic, int bytes, string property = "") =>
            (await client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(new byte[bytes]).WithRetainFlag()
                    .WithUserProperty("p", Encoding.UTF8.GetBytes(property))
                    .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
                Stop)).ReasonCode < MqttClientPublishReasonCode.UnspecifiedError;
    }

    [Fact]
    public async Task Subscriptions_per_client_are_bounded()
    {
        await using EmbeddedBroker broker = await StartAsync(new BrokerLimits { MaxSubscriptions = 2 });
        using RawClient client = await RawClient.ConnectAsync(broker.TcpPort, "a");
        byte[] granted = [0, 0, 0, 0x80];
        string[] filters = ["a", "b", "a", "c"];
        foreach ((string filter, byte code) in filters.Zip(granted))
        {
            await client.SendAsync(RawClient.Subscribe(filter, 0));
            Assert.Equal([0x90, 3, 0, 1, code], await client.ReadAsync(5));
        }
    }

    [Theory]
    [InlineData("does not read")]
    [InlineData("does not acknowledge")]
    [InlineData("acknowledges other messages")]
    public async Task A_subscriber_that_needs_every_message_but_falls_behind_is_cut_off(string what)
    {
        await using EmbeddedBroker broker = await StartAsync(
            what == "does not read" ? new BrokerLimits { MaxQueued = 50 } : new BrokerLimits { MaxUnacknowledged = 60 });
        using RawClient subscriber = await RawClient.ConnectAsync(broker.TcpPort, "a");
        await subscriber.SendAsync(RawClient.Subscribe("t", 1));
        await subscriber.ReadAsync(5);
        Task reading = what == "does not read" ? Task.CompletedTask : subscriber.UntilClosedAsync();
        using IMqttClient publisher = new MqttClientFactory().CreateMqttClient();
        await publisher.ConnectAsync(Options(broker, "b").Build(), Stop);
        byte[] payload = new byte[50_000];
        await Eventually.TrueAsync("it is cut off", () =>
        {
            if (what == "acknowledges other messages") subscriber.TrySend([0x40, 2, 0xFF, 0xFF]);
            _ = publisher.PublishBinaryAsync("t", payload, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Stop);
            return broker.Refusals.Of(Refusal.TooSlow) > 0;
        });
        await reading;
        await Eventually.TrueAsync("it is gone", () => broker.Endpoint.Connections == 1);
        await Eventually.TrueAsync("its socket is closed", () =>
        {
            _time.Advance(new BrokerLimits().GoodbyeWithin);
            return !subscriber.TrySend([0]);
        });
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answers_is_not_read_either()
    {
        var limits = new BrokerLimits { MaxUnanswered = 3 };
        var wire = new Pipe();
        var answers = new Pipe();
        await using var connection = new DefaultConnectionContext("a", new DuplexPipe(wire.Reader, answers.Writer), null!);
        using var turn = new SemaphoreSlim(1);
        using var channel = new ClientChannel(connection, limits, new Refusals(NullLogger.Instance, _time), turn, _time);
        await wire.Writer.WriteAsync(RawClient.Connect("a"), Stop);
        for (int i = 0; i < 4; i++) await wire.Writer.WriteAsync((byte[])[0xC0, 0], Stop);

        Assert.IsType<MqttConnectPacket>(await channel.ReceivePacketAsync(Stop));
        for (int i = 0; i < 3; i++) Assert.IsType<MqttPingReqPacket>(await channel.ReceivePacketAsync(Stop));
        Task<MqttPacket?> fourth = channel.ReceivePacketAsync(Stop);
        Assert.False(fourth.IsCompleted);
        await channel.SendPacketAsync(MqttPingRespPacket.Instance, Stop);
        Assert.IsType<MqttPingReqPacket>(await fourth);
    }

    [Fact]
    public async Task A_client_that_does_not_read_can_be_replaced_by_its_successor()
    {
        await using EmbeddedBroker broker = await StartAsync();
        using RawClient stuck = await RawClient.OpenAsync(broker.TcpPort, RawClient.Connect5("a"), RawClient.Subscribe5("t"));
        await FillAsync(broker);
        using IMqttClient successor = new MqttClientFactory().CreateMqttClient();
        await successor.ConnectAsync(Options(broker, "a").Build(), Stop).WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    [Theory]
    [InlineData("a subscriber that does not read")]
    [InlineData("half an HTTP request")]
    public async Task The_broker_stops_whatever_its_clients_do(string client)
    {
        EmbeddedBroker broker = await StartAsync(new BrokerLimits { ConnectWithin = TimeSpan.FromHours(1) }, TimeProvider.System);
        using RawClient open = client == "half an HTTP request"
            ? await RawClient.OpenAsync(broker.WebSocketUri.Port, "GET / HT"u8.ToArray())
            : await RawClient.OpenAsync(broker.TcpPort, RawClient.Connect5("a"), RawClient.Subscribe5("t"));
        await FillAsync(broker);
        await broker.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    [Fact]
    public async Task Each_kind_of_refusal_is_logged_once_with_its_count()
    {
        EmbeddedBroker broker = await StartAsync();
        for (int i = 0; i < 30; i++)
        {
            using RawClient client = await RawClient.OpenAsync(broker.TcpPort, "GET / HTTP/1.0\r\n\r\n"u8.ToArray());
            await client.UntilClosedAsync();
        }

        await broker.DisposeAsync();
        Assert.Equal(
            [
                "The embedded broker refused a connection that does not speak MQTT (1 so far)",
                "The embedded broker refused a connection that does not speak MQTT (30 so far)",
            ],
            _log.GetSnapshot().Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Message));
    }

    private static async Task PublishesAsync(EmbeddedBroker broker)
    {
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
        using IMqttClient service = await ServiceAsync(broker);
        await service.PublishStringAsync(Device.Live, "{}", cancellationToken: Stop);
        await subscriber.WaitAsync("the reading", all => all.Any(received => received.Topic == Device.Live));
    }

    /// <summary>
    /// Publishes more on the topic t than the system's buffers hold, so that a subscriber that does not read is stuck.
    /// </summary>
    private static async Task FillAsync(EmbeddedBroker broker)
    {
        using IMqttClient publisher = new MqttClientFactory().CreateMqttClient();
        await publisher.ConnectAsync(Options(broker, "filler").Build(), Stop);
        byte[] payload = new byte[50_000];
        for (int i = 0; i < 500; i++)
            await publisher.PublishBinaryAsync("t", payload, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: Stop);
    }

    private static async Task<IMqttClient> ServiceAsync(EmbeddedBroker broker)
    {
        IMqttClient service = new MqttClientFactory().CreateMqttClient();
        MqttClientOptions options = Options(broker, Device.Device).WithCredentials("lusedge", broker.Password).Build();
        Assert.Equal(MqttClientConnectResultCode.Success, (await service.ConnectAsync(options, Stop)).ResultCode);
        return service;
    }

    private static MqttClientOptionsBuilder Options(EmbeddedBroker broker, string id) => new MqttClientOptionsBuilder()
        .WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId(id);

    private static async Task<ClientWebSocket> OpenWebSocketAsync(EmbeddedBroker broker)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(broker.WebSocketUri, Stop);
        return socket;
    }

    /// <summary>A broker whose clock stands still, so that no deadline passes by itself.</summary>
    private Task<EmbeddedBroker> StartAsync(BrokerLimits? limits = null, TimeProvider? time = null) => EmbeddedBroker.StartAsync(
        LoopbackPort.Free(),
        LoopbackPort.Free(),
        Device,
        limits ?? new BrokerLimits(),
        time ?? _time,
        new FakeLogger<EmbeddedBroker>(_log),
        Stop);

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
