using LusEdge.Contract;
using LusEdge.Tests;
using Microsoft.Data.Sqlite;

namespace LusEdge.IntegrationTests.Publish;

public sealed class EventDeliveryTests
{
    [Fact]
    public async Task No_committed_event_is_lost_when_the_broker_is_killed_and_restarted()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        const int Kills = 3;
        const int ClipsBetween = 40;
        for (int kill = 1; kill <= Kills; kill++)
        {
            for (int i = 0; i < ClipsBetween; i++) rig.Clip();
            // Kill it in the middle of the delivery.
            await subscriber.WaitAsync("some of the clips", _ => Clips(subscriber, rig).Count > (kill - 1) * ClipsBetween);
            await broker.KillAsync();
            for (int i = 0; i < ClipsBetween; i++) rig.Clip();
            await broker.RestartAsync();
            await subscriber.ReconnectAsync();
        }

        const int Total = 2 * Kills * ClipsBetween;
        await subscriber.WaitAsync("every clip", _ => Seqs(subscriber, rig).Count == Total);
        Assert.Equal(Enumerable.Range(0, Total).Select(seq => (long)seq), Seqs(subscriber, rig));
    }

    [Fact]
    public async Task Events_of_an_earlier_start_are_sent_late_with_their_own_identity()
    {
        int port = LoopbackPort.Free();
        await using PublisherRig rig = await PublisherRig.StartAsync(port);
        for (int i = 0; i < 5; i++) rig.Clip();
        await rig.Publisher.DisposeAsync();
        await rig.RestartAsync();
        await using Mosquitto broker = await Mosquitto.StartOnAsync(port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(port);
        InfoMessage info = await subscriber.WaitForAsync(rig.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true);
        await subscriber.WaitAsync("the five clips", _ => Seqs(subscriber, rig).Count == 5);
        rig.Clip();
        ClipMessage fresh = await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => !clip.Late);

        ClipMessage[] kept = [.. Clips(subscriber, rig).Where(clip => clip.Late)];
        Assert.Equal([0, 1, 2, 3, 4], kept.Select(clip => clip.Seq).Distinct().Order());
        Assert.NotEqual(info.Boot, Assert.Single(kept.Select(clip => clip.Boot).Distinct()));
        Assert.Equal((info.Boot, 0), (fresh.Boot, fresh.Seq));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_dead_broker_acknowledged_is_sent_again_unless_a_ping_was_answered_since(bool livedOn)
    {
        var broker = new ReluctantBroker(receiveMaximum: 20) { AnswersPings = livedOn };
        int port = broker.Port;
        await using PublisherRig rig = await PublisherRig.StartAsync(port);
        await using (broker)
        {
            for (int i = 0; i < 3; i++) rig.Clip();
            await Eventually.TrueAsync(
                "the three clips, info, availability and health are acknowledged", () => broker.Acknowledged >= 6);
            int answered = broker.Answered;
            // The first ping may be the library's own keep-alive; the third gives the publisher time to record the second.
            if (livedOn) await Eventually.TrueAsync("three pings are answered", () => broker.Answered >= answered + 3);
            // Long enough to record the acknowledgements, but too short for a missing ping to break the connection.
            else await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        }

        await using Mosquitto successor = await Mosquitto.StartOnAsync(port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(port);
        await subscriber.WaitForAsync(rig.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true);
        rig.Clip();
        int[] expected = livedOn ? [3] : [0, 1, 2, 3];
        await subscriber.WaitAsync("the clips", _ => Seqs(subscriber, rig).Count == expected.Length);
        await subscriber.WaitForAsync(
            rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, metrics => metrics.Outbox.Depth == 0);
        Assert.Equal(expected, Seqs(subscriber, rig).Select(seq => (int)seq));
        Assert.All(Clips(subscriber, rig), clip => Assert.True(clip.Late || clip.Seq == 3));
    }

    [Fact]
    public async Task An_event_without_a_subscriber_is_kept_until_there_is_one()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber watcher = await Subscriber.ConnectAsync(broker.Port, "lus/v1/+/+/health");
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        for (int i = 0; i < 3; i++) rig.Clip();
        HealthMessage health = await watcher.WaitForAsync(
            rig.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "events_unheard"));
        Assert.Equal(HealthStatus.Degraded, health.Status);

        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await subscriber.WaitAsync("the three clips", _ => Seqs(subscriber, rig).Count == 3);
        Assert.All(Clips(subscriber, rig), clip => Assert.True(clip.Late));
        await watcher.WaitAsync(
            "status ok", _ => watcher.On(rig.Topics.Health, LusEdgeJson.Default.HealthMessage)[^1].Status == HealthStatus.Ok);
    }

    [Fact]
    public async Task An_event_that_the_broker_refuses_is_set_aside_and_reported()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync(
            "allow_anonymous true\nacl_file %FOLDER%/acl",
            ("acl", """
                topic read lus/#
                topic write lus/v1/ward-7/+/info
                topic write lus/v1/ward-7/+/availability
                topic write lus/v1/ward-7/+/health
                topic write lus/v1/ward-7/+/metrics

                """));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        rig.Clip();
        await subscriber.WaitForAsync(
            rig.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "events_refused"));
        MetricsMessage metrics = await subscriber.WaitForAsync(rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, _ => true);

        Assert.Equal((1, 1), (metrics.Outbox.Depth, metrics.Outbox.Refused));
        Assert.Single(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5015);
        Assert.Equal(1, subscriber.All.Count(received => received.Topic == rig.Topics.Availability));
    }

    [Theory]
    [InlineData("topic = replace(topic, 'clip', 'clhp')")]
    [InlineData("topic = replace(topic, 'clip', 'cl+p'), sum = NULL")]
    [InlineData("topic = topic || char(0), sum = NULL")]
    [InlineData("payload = x'', sum = NULL")]
    [InlineData("payload = CAST(replace(payload, '\"grade\":\"2\"', '\"grade\":\"3\"') AS BLOB)")]
    public async Task A_damaged_event_stops_neither_the_readings_nor_the_other_events(string change)
    {
        int port = LoopbackPort.Free();
        await using PublisherRig rig = await PublisherRig.StartAsync(port);
        for (int i = 0; i < 5; i++) rig.Clip();
        await rig.Publisher.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={rig.Options.EventsDatabase};Pooling=False"))
        {
            connection.Open();
            await using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own constants.
            command.CommandText = $"UPDATE events SET {change} WHERE id = 3";
#pragma warning restore CA2100
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using Mosquitto broker = await Mosquitto.StartOnAsync(port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(port);
        await rig.RestartAsync();
        rig.StartFeed();
        await subscriber.WaitAsync("the other clips", _ => Clips(subscriber, rig).Count(clip => clip.Late) == 4);
        Assert.Equal([0, 1, 3, 4], Seqs(subscriber, rig));
        await subscriber.WaitForAsync(
            rig.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "events_damaged"));
        await subscriber.WaitForAsync(
            rig.Topics.Metrics,
            LusEdgeJson.Default.MetricsMessage,
            metrics => metrics.Outbox is { Damaged: 1, Refused: 0, Depth: 0 });
        await subscriber.WaitAsync("50 frames", all => all.Count(received => received.Topic == rig.Topics.Frame) >= 50);
        Assert.DoesNotContain(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5002);
    }

    [Fact]
    public async Task Events_go_on_while_their_file_is_deleted_and_none_is_lost()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 5; i++) rig.Clip();
            Directory.Delete(Path.GetDirectoryName(rig.Options.EventsDatabase)!, recursive: true);
            for (int i = 0; i < 5; i++) rig.Clip();
            await Eventually.TrueAsync("the file is there again", () => File.Exists(rig.Options.EventsDatabase));
        }

        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await subscriber.WaitAsync("every clip", _ => Seqs(subscriber, rig).Count == 30);
        await subscriber.WaitForAsync(
            rig.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "event_store_replaced"));
    }

    [Fact]
    public async Task The_brokers_receive_maximum_holds_over_all_topics()
    {
        await using var broker = new ReluctantBroker(receiveMaximum: 3);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        for (int i = 0; i < 50; i++) rig.Clip();
        await Eventually.TrueAsync("all clips, info, availability and health have arrived", () => broker.Published >= 53);
        Assert.Equal(3, broker.MostUnacknowledged);
    }

    private static IReadOnlyList<ClipMessage> Clips(Subscriber subscriber, PublisherRig rig) =>
        subscriber.On(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage);

    /// <summary>The clips' numbers, in order, each once.</summary>
    private static List<long> Seqs(Subscriber subscriber, PublisherRig rig) =>
        [.. Clips(subscriber, rig).Select(clip => clip.Seq).Distinct().Order()];
}
