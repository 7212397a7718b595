using System.Globalization;
using LusEdge.Broker;
using LusEdge.Contract;
using LusEdge.Publish.Connection;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using MQTTnet;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>Two boxes with one device id, as after copying a system image.</summary>
public sealed class DuplicateDeviceTests
{
    private const int Lost = 5002;
    private const int Slowed = 5032;
    private const int Duplicate = 5033;

    [Fact]
    public async Task Two_boxes_with_one_id_are_both_told_and_stop_fighting()
    {
        // It closes the older connection without a word.
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using PublisherRig first = await PublisherRig.StartAsync(broker.Port);
        await Eventually.TrueAsync("the first box is connected", () => Count(first, 5000) == 1);
        await using PublisherRig second = await PublisherRig.StartAsync(broker.Port);

        await Eventually.TrueAsync("both are told", () => IsTold(first) && IsTold(second));
        await Eventually.TrueAsync("one waits", () => Count(first, Slowed) + Count(second, Slowed) == 1);
        Assert.Equal((1, 1), (Count(first, Duplicate), Count(second, Duplicate)));
        Assert.InRange(Count(first, Lost) + Count(second, Lost), 1, 4);
        FakeLogRecord wait = first.Log.GetSnapshot().Concat(second.Log.GetSnapshot()).Single(entry => entry.Id.Id == Slowed);
        TimeSpan delay = TimeSpan.Parse(wait.GetStructuredStateValue("Delay")!, CultureInfo.InvariantCulture);
        Assert.InRange(delay, ReconnectDelay.Longest, ReconnectDelay.LongestContested);
    }

    [Fact]
    public async Task A_broker_that_says_the_session_was_taken_over_is_believed()
    {
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
            LoopbackPort.Free(),
            LoopbackPort.Free(),
            device: null,
            TimeProvider.System,
            NullLogger<EmbeddedBroker>.Instance,
            TestContext.Current.CancellationToken);
        await using PublisherRig first = await PublisherRig.StartAsync(broker.TcpPort);
        await Eventually.TrueAsync("the first box is connected", () => Count(first, 5000) == 1);
        await using PublisherRig second = await PublisherRig.StartAsync(broker.TcpPort);

        await Eventually.TrueAsync("the first box is told", () => IsTold(first));
        Assert.Contains(first.Log.GetSnapshot(), entry => entry.Id.Id == Lost
            && entry.Message.EndsWith("the broker ended it with SessionTakenOver", StringComparison.Ordinal));
        Assert.Equal(1, Count(first, Slowed));
    }

    [Fact]
    public async Task Another_start_on_the_devices_own_topic_is_noticed_without_a_takeover()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await OnlineAsync(subscriber, rig, 1);
        // As over a bridge between two brokers.
        await PublishAsync(broker, Guid.CreateVersion7(), seq: 0, Availability.Online);
        await Eventually.TrueAsync("it is told", () => IsTold(rig));
        Assert.Equal(0, Count(rig, Lost));
    }

    [Fact]
    public async Task An_older_starts_late_will_is_no_second_box_and_does_not_stay()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        var old = Guid.CreateVersion7();
        await PublishAsync(broker, old, seq: 6, Availability.Online);
        await using PublisherRig box = await PublisherRig.StartAsync(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await OnlineAsync(subscriber, box, 1);
        await PublishAsync(broker, old, seq: 7, Availability.Lost);
        await OnlineAsync(subscriber, box, 2);

        await using Subscriber later = await Subscriber.ConnectAsync(broker.Port);
        AvailabilityMessage kept = await later.WaitForAsync(
            box.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        Assert.Equal(Availability.Online, kept.State);
        Assert.False(IsTold(box));
        Assert.Equal(0, Count(box, Duplicate));

        // The older start is back on another connection: that is a second box.
        await PublishAsync(broker, old, seq: 8, Availability.Online);
        await Eventually.TrueAsync("it is told", () => IsTold(box));
    }

    [Fact]
    public async Task A_restarted_box_is_not_taken_for_a_second_one()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using var proxy = new TcpCutProxy(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(proxy.Port);
        await OnlineAsync(subscriber, rig, 1);
        proxy.Cut();
        await OnlineAsync(subscriber, rig, 2);
        await rig.StopAsync();
        await rig.RestartAsync();
        await OnlineAsync(subscriber, rig, 3);
        proxy.Cut();
        await OnlineAsync(subscriber, rig, 4);
        Assert.False(IsTold(rig));
    }

    private static Task OnlineAsync(Subscriber subscriber, PublisherRig rig, int times) => subscriber.WaitAsync(
        $"online for the {times}. time",
        _ => subscriber.On(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage)
            .Count(message => message is { State: Availability.Online, BootNumber: not null }) >= times);

    private static async Task PublishAsync(Mosquitto broker, Guid boot, long seq, Availability state)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).Build(), stop);
        DateTimeOffset? t = state == Availability.Lost ? null : TimeProvider.System.GetUtcNow();
        var message = new AvailabilityMessage { Boot = boot, Seq = seq, T = t, State = state };
        await client.PublishAsync(
            new MqttApplicationMessageBuilder()
                .WithTopic(new Topics("ward-7", "lus-0123456789ab").Availability)
                .WithPayload(System.Text.Json.JsonSerializer.Serialize(message, LusEdgeJson.Default.AvailabilityMessage))
                .WithRetainFlag()
                .WithQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce)
                .Build(),
            stop);
        await client.DisconnectAsync(new MqttClientDisconnectOptions(), stop);
    }

    private static bool IsTold(PublisherRig rig) =>
        rig.Board.Read().Reasons.Any(reason => reason.Code == "duplicate_device");

    private static int Count(PublisherRig rig, int id) => rig.Log.GetSnapshot().Count(entry => entry.Id.Id == id);
}
