using LusEdge.Contract;

namespace LusEdge.IntegrationTests.Publish;

public sealed class BootOrderTests
{
    [Fact]
    public async Task A_start_with_the_clock_in_1970_is_recognised_as_the_newer_one()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        rig.Frame();
        rig.Clip();
        await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, _ => true);
        await rig.StopAsync();

        rig.Clock.Ahead = DateTimeOffset.UnixEpoch - TimeProvider.System.GetUtcNow();
        await rig.RestartAsync();
        await subscriber.WaitForAsync(
            rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, IsOnlineIn1970);
        rig.Frame();
        rig.Clip();
        await subscriber.WaitAsync(
            "everything from 1970",
            all => all.Where(received => received.Topic != rig.Topics.Metrics)
                .GroupBy(received => received.Topic)
                .All(topic => topic.Select(BootOf).Distinct().Count() == 2));

        foreach (IGrouping<string, Received> topic in subscriber.All.GroupBy(received => received.Topic))
        {
            (Guid Boot, long Number)[] starts = [.. topic.Select(BootOf).Distinct()];
            if (topic.Key == rig.Topics.Metrics) continue;
            Assert.Equal(2, starts.Length);
            Assert.True(starts[1].Boot < starts[0].Boot, "the clock was not wrong");
            Assert.True(starts[1].Number > starts[0].Number, $"{topic.Key}: {starts[1]} does not follow {starts[0]}");
        }

        // A reader that joins now gets the newer start's message, and recognises a late one of the older start.
        await using Subscriber later = await Subscriber.ConnectAsync(broker.Port);
        AvailabilityMessage kept = await later.WaitForAsync(
            rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        Assert.True(IsOnlineIn1970(kept));
        Assert.All(
            subscriber.On(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage).Where(old => old.Boot != kept.Boot),
            old => Assert.True(old.BootNumber < kept.BootNumber));

        static bool IsOnlineIn1970(AvailabilityMessage message) =>
            message.State == Availability.Online && message.T < DateTimeOffset.UnixEpoch.AddDays(1);
    }

    private static (Guid Boot, long Number) BootOf(Received received)
    {
        System.Text.Json.JsonElement json = System.Text.Json.JsonDocument.Parse(received.Payload).RootElement;
        return (json.GetProperty("boot").GetGuid(), json.GetProperty("boot_number").GetInt64());
    }
}
