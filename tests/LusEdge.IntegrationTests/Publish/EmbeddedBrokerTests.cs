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
    public async Task A_publisher_and_a_subscriber_meet_on_it()
    {
        await using EmbeddedBroker broker = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        rig.StartFeed();
        rig.Clip();
        await subscriber.WaitForAsync(rig.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.State == FrameState.Live);
        await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.Grade == "2");
        Assert.True(await rig.StopAsync() < TimeSpan.FromSeconds(2));
        await subscriber.WaitForAsync(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, availability => availability.State == Availability.Offline);
    }

    [Fact]
    public async Task Ports_in_use_give_way_to_the_next_free_ones()
    {
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        using var web = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        web.Start();
        int tcpPort = ((IPEndPoint)tcp.LocalEndpoint).Port;
        int webPort = ((IPEndPoint)web.LocalEndpoint).Port;
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(tcpPort, webPort, NullLogger<EmbeddedBroker>.Instance, TestContext.Current.CancellationToken);
        Assert.InRange(broker.TcpPort, tcpPort + 1, tcpPort + 50);
        Assert.InRange(broker.WebSocketUri.Port, webPort + 1, webPort + 50);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Clients_without_an_id_are_given_different_ones(MqttProtocolVersion version)
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
        Assert.SkipUnless(File.Exists("/usr/bin/mosquitto_sub"), "mosquitto_sub is not installed: apt-get install mosquitto-clients");
        await using EmbeddedBroker broker = await StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        using Process subscriber = Process.Start(new ProcessStartInfo(
            "/usr/bin/mosquitto_sub", ["-h", "127.0.0.1", "-p", broker.TcpPort.ToString(CultureInfo.InvariantCulture), "-t", "lus/#", "-v", "-C", "3", "-W", "20"])
        {
            RedirectStandardOutput = true,
        })!;
        rig.StartFeed();
        string output = await subscriber.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains(rig.Topics.Prefix + "/", output);
    }

    [Fact]
    public async Task A_browser_connects_by_web_socket()
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
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithWebSocketServer(socket => socket.WithUri(broker.WebSocketUri.ToString())).Build(), stop);
        await client.SubscribeAsync("lus/#", cancellationToken: stop);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.TcpPort);
        Assert.StartsWith(rig.Topics.Prefix, await received.Task.WaitAsync(TimeSpan.FromSeconds(20), stop));
    }

    [Theory]
    [InlineData(false, 2000)]
    [InlineData(true, 500)]
    public async Task Whoever_subscribes_while_something_retained_is_published_ends_with_the_newest(bool asWill, int rounds)
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
            if (asWill) await dying.ConnectAsync(Options().WithWillTopic("lus/t").WithWillPayload(payload).WithWillRetain().Build(), stop);
            Task publishing = asWill
                ? Task.Run(dying.Dispose, stop)
                : publisher.PublishStringAsync("lus/t", payload, MqttQualityOfServiceLevel.AtLeastOnce, retain: true, stop);
            await subscriber.SubscribeAsync("lus/t", MqttQualityOfServiceLevel.AtLeastOnce, stop);
            await publishing;
            long begun = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref newest) != round && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5)) await Task.Delay(1, stop);
            Assert.Equal(round, Volatile.Read(ref newest));
        }

        Assert.False(Volatile.Read(ref wentBack), "an older message followed the newest");

        MqttClientOptionsBuilder Options() =>
            new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", broker.TcpPort).WithClientId("");
    }

    [Fact]
    public async Task It_keeps_no_session_of_a_client_that_is_away()
    {
        await using EmbeddedBroker broker = await StartAsync();
        CancellationToken stop = TestContext.Current.CancellationToken;
        MqttClientOptions options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", broker.TcpPort)
            .WithClientId("away").WithCleanStart(false).WithSessionExpiryInterval(3600).Build();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(options, stop);
        await client.SubscribeAsync("lus/#", cancellationToken: stop);
        await client.DisconnectAsync(cancellationToken: stop);
        Assert.False((await client.ConnectAsync(options, stop)).IsSessionPresent);
    }

    [Fact]
    public async Task A_frame_costs_the_pipelines_thread_no_memory_while_it_is_published()
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
        await subscriber.WaitAsync("frames of the measured ones", _ => subscriber.On(rig.Topics.Frame, LusEdgeJson.Default.FrameMessage).Any(frame => frame.Frame > 50));
    }

    private static Task<EmbeddedBroker> StartAsync() => EmbeddedBroker.StartAsync(
        LoopbackPort.Free(), LoopbackPort.Free(), NullLogger<EmbeddedBroker>.Instance, TestContext.Current.CancellationToken);
}
