using System.Diagnostics;
using LusEdge.Contract;
using LusEdge.Publish.Messages;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Publish;

public sealed class MqttPublisherTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_host_that_is_a_url_with_a_password_is_not_logged()
    {
        await using PublisherRig rig = await PublisherRig.StartAsync(LoopbackPort.Free(), options => options with
        {
            Host = "mqtt://nurse:gehe1234@broker.invalid",
            Username = "token5678",
            PasswordFile = "streng9999",
        });
        await Eventually.TrueAsync("an attempt has failed", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5001));
        Assert.All(rig.Log.GetSnapshot(), entry =>
            Assert.DoesNotMatch("gehe1234|token5678|streng9999", $"{entry.Message} {entry.Exception}"));
        Assert.Contains(
            rig.Log.GetSnapshot(), entry => entry.Message.Contains("mqtt://broker.invalid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_feed_is_published_on_every_topic_with_its_properties()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        rig.StartFeed();
        FrameMessage frame = await subscriber.WaitForAsync(
            rig.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.Frame >= 5);
        LiveMessage live = await subscriber.WaitForAsync(
            rig.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.Live);
        rig.Clip();
        ClipMessage clip = await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, _ => true);
        InfoMessage info = await subscriber.WaitForAsync(rig.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true);
        HealthMessage health = await subscriber.WaitForAsync(rig.Topics.Health, LusEdgeJson.Default.HealthMessage, _ => true);
        MetricsMessage metrics = await subscriber.WaitForAsync(rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, _ => true);

        Assert.Equal((2, "2"), (frame.Severity, frame.Grade));
        Assert.Equal([0.01, 0.02, 0.03, 0.045, 0.875, 0.01, 0.01], frame.P);
        Assert.Equal(18.4, frame.LatMs);
        Assert.Equal("2", live.Grade);
        Assert.Equal((2, false), (clip.Severity, clip.Late));
        Assert.Equal(PublisherRig.Model.Scheme.Grades, info.Model.Labels);
        Assert.Equal(["availability", "info", "live", "frame", "event/clip", "health", "metrics"], info.Capabilities);
        Assert.Equal(HealthStatus.Ok, health.Status);
        Assert.Equal(["provider_fallback", "demonstration_model"], health.Reasons.Select(reason => reason.Code));
        Assert.InRange(metrics.Fps.Scored, 1, 30);
        Assert.Equal(metrics.Ledger.Captured, metrics.Ledger.Scored);
        Assert.NotNull(metrics.LatMs);
        Assert.All(subscriber.All, received =>
        {
            Assert.Equal("application/json", received.Message.ContentType);
            Assert.Equal(MQTTnet.Protocol.MqttPayloadFormatIndicator.CharacterData, received.Message.PayloadFormatIndicator);
            Assert.Equal(["schema", "dev"], received.Message.UserProperties.Select(property => property.Name));
        });
    }

    [Fact]
    public async Task Batches_hold_every_frame_once_and_replace_single_frames()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(
            broker.Port, options => options with { Frames = FrameDelivery.Batch });
        rig.StartFeed();
        await subscriber.WaitAsync("three batches", all => all.Count(received => received.Topic == rig.Topics.Frames) >= 3);

        IReadOnlyList<FramesMessage> batches = subscriber.On(rig.Topics.Frames, LusEdgeJson.Default.FramesMessage);
        long[] frames = [.. batches.SelectMany(batch => batch.Frame)];
        Assert.Equal(Enumerable.Range((int)frames[0], frames.Length).Select(frame => (long)frame), frames);
        Assert.All(batches, batch =>
        {
            Assert.Equal(0, batch.TMs[0]);
            Assert.All(batch.TMs, offset => Assert.InRange(offset, 0, 999));
            int[] columns =
            [
                batch.TMs.Count,
                batch.State.Count,
                batch.Severity.Count,
                batch.Grade.Count,
                batch.P.Count,
                batch.LatMs.Count,
            ];
            Assert.Equal(Enumerable.Repeat(batch.Frame.Count, 6), columns);
        });
        Assert.DoesNotContain(subscriber.All, received => received.Topic == rig.Topics.Frame);
    }

    [Fact]
    public async Task Silence_is_published_as_its_state_without_a_score()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        DateTimeOffset since = TimeProvider.System.GetUtcNow().AddSeconds(-7);
        rig.Announce(FrameState.NoSignal, since);
        LiveMessage live = await subscriber.WaitForAsync(rig.Topics.Live, LusEdgeJson.Default.LiveMessage, _ => true);

        Assert.Equal(FrameState.NoSignal, live.State);
        Assert.Equal((null, null, null, null), (live.Severity, live.Grade, live.P, live.Frame));
        Assert.Equal(since, live.Since, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_clean_stop_says_offline_and_a_cut_says_lost_with_a_higher_number()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using var proxy = new TcpCutProxy(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(proxy.Port);
        AvailabilityMessage online = await AvailabilityAsync(subscriber, rig, Availability.Online);
        proxy.Refuse = true;
        proxy.Cut();
        AvailabilityMessage lost = await AvailabilityAsync(subscriber, rig, Availability.Lost);
        Assert.Equal((online.Boot, online.Seq + 1, null), (lost.Boot, lost.Seq, lost.T));

        proxy.Refuse = false;
        await subscriber.WaitForAsync(
            rig.Topics.Availability,
            LusEdgeJson.Default.AvailabilityMessage,
            again => again.State == Availability.Online && again.Seq > lost.Seq);
        Assert.True(await rig.StopAsync() < StopLimit);
        AvailabilityMessage offline = await AvailabilityAsync(subscriber, rig, Availability.Offline);
        Assert.Equal(online.Boot, offline.Boot);
        Assert.Equal(1, offline.Seq % 2);

        // A later subscriber gets the last message.
        await using Subscriber later = await Subscriber.ConnectAsync(broker.Port);
        AvailabilityMessage last = await later.WaitForAsync(
            rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        Assert.Equal(Availability.Offline, last.State);
    }

    [Fact]
    public async Task A_broker_that_comes_up_later_is_found_and_gets_the_gap()
    {
        int port = LoopbackPort.Free();
        await using PublisherRig rig = await PublisherRig.StartAsync(port);
        for (int i = 0; i < 300; i++) rig.Frame();
        await using Mosquitto broker = await Mosquitto.StartOnAsync(port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        MetricsMessage metrics = await subscriber.WaitForAsync(
            rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, metrics => metrics.Gap is not null);

        int sent = subscriber.All.Count(received => received.Topic == rig.Topics.Frame);
        Assert.Equal(300, sent + metrics.Gap!.Frames);
    }

    [Fact]
    public async Task A_hanging_broker_is_noticed_and_does_not_delay_the_stop()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await subscriber.WaitForAsync(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        rig.StartFeed();
        await broker.HangAsync();
        await Eventually.TrueAsync("the hang is noticed", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5002));
        TimeSpan took = await rig.StopAsync();
        Assert.True(took < StopLimit, $"the stop took {took}");
        await broker.ResumeAsync();
    }

    [Fact]
    public async Task A_stop_right_after_the_broker_starts_to_hang_is_as_quick()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await subscriber.WaitForAsync(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        rig.StartFeed();
        rig.Clip();
        await broker.HangAsync();
        rig.Clip();
        TimeSpan took = await rig.StopAsync();
        Assert.True(took < StopLimit, $"the stop took {took}");
        await broker.ResumeAsync();
    }

    [Fact]
    public async Task Frames_sent_into_a_dead_line_are_counted_as_a_gap()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using var proxy = new TcpCutProxy(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(proxy.Port);
        await AvailabilityAsync(subscriber, rig, Availability.Online);
        proxy.Swallow = true;
        for (int i = 0; i < 20; i++) rig.Frame();
        await Eventually.TrueAsync("the dead line is noticed", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5002));
        proxy.Swallow = false;
        MetricsMessage metrics = await subscriber.WaitForAsync(
            rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, metrics => metrics.Gap is not null);
        Assert.Equal(20, metrics.Gap!.Frames);
    }

    [Fact]
    public async Task The_broker_announces_a_silent_device_as_lost()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using var proxy = new TcpCutProxy(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(proxy.Port);
        await AvailabilityAsync(subscriber, rig, Availability.Online);
        proxy.Swallow = true;
        long start = Stopwatch.GetTimestamp();
        await AvailabilityAsync(subscriber, rig, Availability.Lost);
        TestContext.Current.TestOutputHelper!.WriteLine($"lost after {Stopwatch.GetElapsedTime(start)}");
    }

    private static Task<AvailabilityMessage> AvailabilityAsync(Subscriber subscriber, PublisherRig rig, Availability state) =>
        subscriber.WaitForAsync(
            rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, availability => availability.State == state);
}
