using LusEdge.Publish.Connection;

namespace LusEdge.IntegrationTests.Publish;

public sealed class BrokerFlawTests
{
    [Theory]
    [InlineData("retain_available false", BrokerVisitEnd.Refused, "retain_available true")]
    [InlineData("max_qos 0", BrokerVisitEnd.Refused, "max_qos 1 or 2")]
    [InlineData("max_packet_size 1000", BrokerVisitEnd.Accepted, "max_packet_size 20480 or more, or no limit")]
    public async Task A_broker_that_does_not_suit_the_service_is_named_with_the_setting(
        string setting, BrokerVisitEnd end, string remedy)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync($"allow_anonymous true\n{setting}");
        BrokerVisit visit = await VisitAsync(broker.Port);
        BrokerFlaw flaw = Assert.Single(visit.Flaws);
        Assert.Equal((end, remedy, true), (visit.End, flaw.Setting, flaw.IsFatal));

        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        await Eventually.TrueAsync("health says so", () => Detail(rig)?.Contains(remedy, StringComparison.Ordinal) == true);
        Assert.Contains(
            rig.Log.GetSnapshot(), entry => entry.Id.Id == 5030 && entry.Message.Contains(remedy, StringComparison.Ordinal));

        // The setting is changed.
        await broker.KillAsync();
        await using Mosquitto corrected = await Mosquitto.StartOnAsync(broker.Port);
        await Eventually.TrueAsync("health is good again", () => Detail(rig) is null);
        Assert.Single(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5030);
    }

    [Theory]
    [InlineData("max_qos 1")]
    [InlineData("max_packet_size 20480")]
    public async Task A_limit_that_leaves_enough_is_no_flaw(string setting)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync($"allow_anonymous true\n{setting}");
        BrokerVisit visit = await VisitAsync(broker.Port);
        Assert.Equal(BrokerVisitEnd.Accepted, visit.End);
        Assert.Empty(visit.Flaws);
    }

    [Fact]
    public async Task A_tight_packet_limit_is_a_flaw_that_is_not_fatal()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync("allow_anonymous true\nmax_packet_size 8192");
        Assert.False(Assert.Single((await VisitAsync(broker.Port)).Flaws).IsFatal);
    }

    [Fact]
    public async Task A_visit_leaves_no_will_and_cuts_off_no_running_service()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        await subscriber.WaitAsync("online", all => all.Any(received => received.Topic == rig.Topics.Availability));
        BrokerVisit visit = await BrokerVisit.MakeAsync(
            rig.Options, rig.Topics.Device, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(new BrokerVisit(BrokerVisitEnd.Accepted, ""), visit);

        // A will would come before the next metrics.
        await subscriber.WaitAsync("metrics", all => all.Any(received => received.Topic == rig.Topics.Metrics));
        Assert.Single(subscriber.All, received => received.Topic == rig.Topics.Availability);
        Assert.DoesNotContain(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5002);
    }

    private static Task<BrokerVisit> VisitAsync(int port) => BrokerVisit.MakeAsync(
        new MqttOptions { Host = "127.0.0.1", Port = port },
        "lus-test",
        TimeSpan.FromSeconds(10),
        TestContext.Current.CancellationToken);

    private static string? Detail(PublisherRig rig) =>
        rig.Board.Read().Reasons.SingleOrDefault(reason => reason.Code == "broker_unsuitable")?.Detail;
}
