using LusEdge.Contract;
using LusEdge.Publish.Messages;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>Brokers that take only small packets, refuse topics, or keep losing the line.</summary>
public sealed class BrokerLimitTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    [Theory]
    [InlineData(660, "info event/clip", "health")]
    [InlineData(800, "info", "")]
    [InlineData(1000, "", "info")]
    public async Task What_exceeds_the_brokers_packet_size_is_shortened_or_left_out(int limit, string leftOut, string shortened)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync($"allow_anonymous true\nmax_packet_size {limit}");
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        rig.StartFeed();
        rig.Clip();
        foreach (string topic in leftOut.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            await Eventually.TrueAsync($"{topic} is left out", () => Logged(rig, 5021, $"/{topic} "));
        foreach (string topic in shortened.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            await Eventually.TrueAsync($"{topic} is shortened", () => Logged(rig, 5020, $"/{topic} "));
        Assert.Contains($"up to {limit} bytes", Detail(rig, "packet_too_large"), Ordinal);
        await subscriber.WaitForAsync(
            rig.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "packet_too_large"));

        // Everything else is published, and the connection holds.
        await subscriber.WaitForAsync(rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, _ => true);
        await subscriber.WaitForAsync(rig.Topics.Live, LusEdgeJson.Default.LiveMessage, _ => true);
        await subscriber.WaitAsync("50 frames", all => all.Count(received => received.Topic == rig.Topics.Frame) >= 50);
        MetricsMessage metrics = await subscriber.WaitForAsync(rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, _ => true);
        Assert.Equal(leftOut.Contains("clip", Ordinal) ? 1 : 0, metrics.Outbox.Refused);
        Assert.Null(metrics.Gap);
        Assert.Single(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5000);
        if (limit == 1000)
        {
            InfoMessage info = Assert.Single(subscriber.On(rig.Topics.Info, LusEdgeJson.Default.InfoMessage));
            Assert.Equal(PublisherRig.Model.Scheme.Grades, info.Model.Labels);
        }
    }

    [Fact]
    public async Task Frames_that_exceed_the_brokers_packet_size_are_a_gap_and_a_larger_limit_clears_the_report()
    {
        int port;
        PublisherRig rig;
        await using (Mosquitto small = await Mosquitto.StartAsync("allow_anonymous true\nmax_packet_size 510"))
        {
            port = small.Port;
            rig = await PublisherRig.StartAsync(port);
            await Eventually.TrueAsync("the broker is connected", () => Logged(rig, 5000, ""));
            for (int i = 0; i < 20; i++) rig.Frame();
            await Eventually.TrueAsync(
                "frames are left out", () => Detail(rig, "packet_too_large").Contains("/frame", Ordinal));
        }

        await using PublisherRig _ = rig;
        await using Mosquitto broker = await Mosquitto.StartOnAsync(port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(port);
        Assert.Equal(20, (await GapAsync(rig, subscriber)).Gap!.Frames);
        Assert.Equal("", Detail(rig, "packet_too_large"));
    }

    [Fact]
    public async Task A_batch_that_exceeds_the_brokers_packet_size_is_split()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync("allow_anonymous true\nmax_packet_size 1500");
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(
            broker.Port, options => options with { Frames = FrameDelivery.Batch });
        rig.StartFeed();
        await subscriber.WaitAsync("eight parts", all => all.Count(received => received.Topic == rig.Topics.Frames) >= 8);

        IReadOnlyList<FramesMessage> parts = subscriber.On(rig.Topics.Frames, LusEdgeJson.Default.FramesMessage);
        long[] frames = [.. parts.SelectMany(part => part.Frame)];
        Assert.Equal(Enumerable.Range((int)frames[0], frames.Length).Select(frame => (long)frame), frames);
        Assert.Equal(Enumerable.Range(0, parts.Count).Select(seq => (long)seq), parts.Select(part => part.Seq));
        DateTimeOffset[] times = [.. parts.SelectMany(part => part.TMs.Select(offset => part.T0.AddMilliseconds(offset)))];
        Assert.Equal(times.Order(), times);
        Assert.All(parts, part => Assert.Equal((0, part.Frame.Count), (part.TMs[0], part.P.Count)));
        Assert.DoesNotContain("/frames", Detail(rig, "packet_too_large"), Ordinal);
    }

    [Fact]
    public async Task Refused_topics_are_reported_counted_and_published_again_once_they_are_allowed()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync(
            "allow_anonymous true\nacl_file %FOLDER%/acl",
            ("acl", "topic read lus/#\ntopic write lus/v1/ward-7/+/health\ntopic write lus/v1/ward-7/+/metrics\n"));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port);
        rig.StartFeed();
        foreach (string topic in (string[])["info", "availability", "live", "frame"])
            await Eventually.TrueAsync($"{topic} is reported", () => Detail(rig, "topic_refused").Contains($"/{topic}", Ordinal));
        await GapAsync(rig, subscriber);

        await broker.ReloadAsync("acl", "topic readwrite lus/#\n");
        await Eventually.TrueAsync("every topic is accepted again", () => Detail(rig, "topic_refused").Length == 0);
        await subscriber.WaitForAsync(rig.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true);
        await subscriber.WaitForAsync(
            rig.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage, message => message.State == Availability.Online);

        // And then taken away in the middle of a connection.
        int before = Frames(subscriber, rig).Count;
        await subscriber.WaitAsync("more frames", _ => Frames(subscriber, rig).Count > before);
        await broker.ReloadAsync(
            "acl", "topic read lus/#\ntopic write lus/v1/ward-7/+/health\ntopic write lus/v1/ward-7/+/metrics\n");
        await Eventually.TrueAsync("frame is reported again", () => Detail(rig, "topic_refused").Contains("/frame", Ordinal));
        await rig.StopFeedAsync();
        await subscriber.WaitAsync("every missing frame is in a gap", _ => Gap(subscriber, rig) >= Missing(subscriber, rig));
        Assert.Single(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5000);
        // The frames between the correction of the rules and the next probe have arrived, but count as lost.
        Assert.InRange(Gap(subscriber, rig) - Missing(subscriber, rig), 0, 300);
    }

    [Fact]
    public async Task A_line_that_breaks_every_few_seconds_still_reports_its_gap()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using var proxy = new TcpCutProxy(broker.Port);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await using PublisherRig rig = await PublisherRig.StartAsync(proxy.Port);
        rig.StartFeed();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task cutting = CutAsync();
        await GapAsync(rig, subscriber);
        await stop.CancelAsync();
        await cutting;

        async Task CutAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
            try
            {
                while (await timer.WaitForNextTickAsync(stop.Token)) proxy.Cut();
            }
            catch (OperationCanceledException)
            {
                // The gap was reported.
            }
        }
    }

    private static Task<MetricsMessage> GapAsync(PublisherRig rig, Subscriber subscriber) => subscriber.WaitForAsync(
        rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, metrics => metrics.Gap is not null);

    private static IReadOnlyList<FrameMessage> Frames(Subscriber subscriber, PublisherRig rig) =>
        subscriber.On(rig.Topics.Frame, LusEdgeJson.Default.FrameMessage);

    private static long Missing(Subscriber subscriber, PublisherRig rig) =>
        rig.Meter.Ledger.Read().Captured - Frames(subscriber, rig).Count;

    private static long Gap(Subscriber subscriber, PublisherRig rig) =>
        subscriber.On(rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage).Sum(metrics => metrics.Gap?.Frames ?? 0);

    private static bool Logged(PublisherRig rig, int id, string text) => rig.Log.GetSnapshot().Any(
        entry => entry.Id.Id == id && entry.Message.Contains(text, Ordinal));

    private static string Detail(PublisherRig rig, string code) =>
        rig.Board.Read().Reasons.FirstOrDefault(reason => reason.Code == code)?.Detail ?? "";
}
