using System.Diagnostics;
using System.Globalization;
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

public sealed class EmbeddedBrokerTests
{
    [Fact]
    public async Task A_publisher_reaches_a_subscriber()
    {
        await using EmbeddedBroker broker = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        rig.StartFeed();
        rig.Clip();
        await subscriber.WaitForAsync(
            rig.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.State == FrameState.Live);
        await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.Grade == "2");
        Assert.True(await rig.StopAsync() < TimeSpan.FromSeconds(2));
        await subscriber.WaitForAsync(
            rig.Topics.Availability,
            LusEdgeJson.Default.AvailabilityMessage,
            availability => availability.State == Availability.Offline);
    }

    [Fact]
    public async Task If_a_port_is_in_use_the_next_free_one_is_taken()
    {
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        using var web = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        web.Start();
        int tcpPort = ((IPEndPoint)tcp.LocalEndpoint).Port;
        int webPort = ((IPEndPoint)web.LocalEndpoint).Port;
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
            tcpPort,
            webPort,
            null,
            TimeProvider.System,
            NullLogger<EmbeddedBroker>.Instance,
            TestContext.Current.CancellationToken);
        Assert.InRange(broker.TcpPort, tcpPort + 1, tcpPort + 50);
        Assert.InRange(broker.WebSocketUri.Port, webPort + 1, webPort + 50);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Clients_without_an_id_get_different_ones(MqttProtocolVersion version)
    {
        await using EmbeddedBroker broker = await StartAsync();
        CancellationToken stop = TestContext.Current.CancellationToken;
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(version).WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId("").WithCleanSession().Build();
        using IMqttClient first = new MqttClientFactory().CreateMqttClient();
        using IMqttClient second = new MqttClientFactory().CreateMqttClient();
        Assert.Equal(MqttClientConnectResultCode.Success, (await first.ConnectAsync(options, stop)).ResultCode);
        Assert.Equal(MqttClientConnectResultCode.Success, (await second.ConnectAsync(options, stop)).ResultCode);

        // The second did not take over the first's session.
        await first.PingAsync(stop);
        await second.PingAsync(stop);
    }

    [Fact]
    public async Task The_printed_mosquitto_sub_line_works_without_an_id()
    {
        const string Program = "/usr/bin/mosquitto_sub";
        Assert.SkipUnless(File.Exists(Program), "mosquitto_sub is not installed: apt-get install mosquitto-clients");
        await using EmbeddedBroker broker = await StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        string port = broker.TcpPort.ToString(CultureInfo.InvariantCulture);
        using Process subscriber = Process.Start(new ProcessStartInfo(
            Program, ["-h", "127.0.0.1", "-p", port, "-t", "lus/#", "-v", "-C", "3", "-W", "20"])
        {
            RedirectStandardOutput = true,
        })!;
        rig.StartFeed();
        string output = await subscriber.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains(rig.Topics.Prefix + "/", output);
    }

    [Fact]
    public async Task A_browser_connects_over_WebSocket()
    {
        await using EmbeddedBroker broker = await StartAsync();
        CancellationToken stop = TestContext.Current.CancellationToken;
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += message =>
        {
            received.TrySetResult(message.ApplicationMessage.Topic);
            return Task.CompletedTask;
        };
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithWebSocketServer(socket => socket.WithUri(broker.WebSocketUri.ToString())).Build();
        await client.ConnectAsync(options, stop);
        await client.SubscribeAsync("lus/#", cancellationToken: stop);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        Assert.StartsWith(rig.Topics.Prefix, await received.Task.WaitAsync(TimeSpan.FromSeconds(20), stop));
    }

    [Theory]
    [InlineData(false, 2000)]
    [InlineData(true, 500)]
    public async Task Subscribing_during_a_retained_publish_ends_with_the_newest_message(bool asWill, int rounds)
    {
        await using EmbeddedBroker broker = await StartAsync();
        CancellationToken stop = TestContext.Current.CancellationToken;
        using IMqttClient publisher = new MqttClientFactory().CreateMqttClient();
        using IMqttClient subscriber = new MqttClientFactory().CreateMqttClient();
        int newest = 0;
        bool wentBack = false;
        subscriber.ApplicationMessageReceivedAsync += message =>
        {
            int value = int.Parse(message.ApplicationMessage.ConvertPayloadToString()!, CultureInfo.InvariantCulture);
            if (value < newest) Volatile.Write(ref wentBack, true);
            Volatile.Write(ref newest, value);
            return Task.CompletedTask;
        };
        await publisher.ConnectAsync(Options().Build(), stop);
        await subscriber.ConnectAsync(Options().Build(), stop);
        for (int round = 1; round <= rounds; round++)
        {
            string payload = round.ToString(CultureInfo.InvariantCulture);
            await subscriber.UnsubscribeAsync("lus/t", stop);
            using IMqttClient dying = new MqttClientFactory().CreateMqttClient();
            MqttClientOptionsBuilder will = Options().WithWillTopic("lus/t").WithWillPayload(payload).WithWillRetain();
            if (asWill) await dying.ConnectAsync(will.Build(), stop);
            Task publishing = asWill
                ? Task.Run(dying.Dispose, stop)
                : publisher.PublishStringAsync("lus/t", payload, MqttQualityOfServiceLevel.AtLeastOnce, retain: true, stop);
            await subscriber.SubscribeAsync("lus/t", MqttQualityOfServiceLevel.AtLeastOnce, stop);
            await publishing;
            long begun = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref newest) != round && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5))
                await Task.Delay(1, stop);
            Assert.Equal(round, Volatile.Read(ref newest));
        }

        Assert.False(Volatile.Read(ref wentBack), "an older message followed the newest");

        MqttClientOptionsBuilder Options() => new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId("");
    }

    [Fact]
    public async Task It_keeps_no_session_for_an_absent_client()
    {
        await using EmbeddedBroker broker = await StartAsync();
        CancellationToken stop = TestContext.Current.CancellationToken;
        MqttClientOptions options = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", broker.TcpPort)
            .WithClientId("away").WithCleanStart(false).WithSessionExpiryInterval(3600).Build();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(options, stop);
        await client.SubscribeAsync("lus/#", cancellationToken: stop);
        await client.DisconnectAsync(cancellationToken: stop);
        Assert.False((await client.ConnectAsync(options, stop)).IsSessionPresent);
    }

    [Fact]
    public async Task Publishing_a_frame_allocates_nothing_on_the_pipelines_thread()
    {
        await using EmbeddedBroker broker = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        for (int i = 0; i < 50; i++) rig.Frame();
        await subscriber.WaitAsync("the first frames", all => all.Any(received => received.Topic == rig.Topics.Frame));

        const int Frames = 20_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Frames; i++) rig.Frame();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < Frames, $"{allocated} bytes for {Frames} frames");
        await subscriber.WaitForAsync(rig.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.Frame > 50);
    }

    private static Task<EmbeddedBroker> StartAsync() => EmbeddedBroker.StartAsync(
        LoopbackPort.Free(),
        LoopbackPort.Free(),
        null,
        TimeProvider.System,
        NullLogger<EmbeddedBroker>.Instance,
        TestContext.Current.CancellationToken);
}
