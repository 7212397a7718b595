using LusEdge.Aggregate;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.IntegrationTests.Publish;
using LusEdge.Models;
using LusEdge.Publish.Connection;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>A box without a battery for its clock starts in the past, and its time service sets the clock later.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromDays(20_000);
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Every_time_follows_a_clock_that_is_set_while_the_feed_stays_open()
    {
        var time = new SettableClock { Ahead = -Step };
        var options = new LusEdgeOptions
        {
            Capture = new CaptureOptions { Source = "lavfi:nullsrc=s=64x48:r=25,format=gray,geq=lum=90,realtime" },
            Infer = new ModelOptions
            {
                Model = TinyModel.Write(_temp["model"], "iclus-4", TinyModel.Bytes(TinyModel.Four)),
                Provider = ProviderChoice.Cpu,
            },
            Aggregate = new AggregateOptions { ClipLength = TimeSpan.FromSeconds(2), MinFrames = 1 },
            Mqtt = new MqttOptions { EventsDatabase = _temp["events.db"] },
        };
        await using ApplianceRig appliance = await ApplianceRig.StartAsync(options, time: time);
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = appliance.RunAsync(stop.Token);
        ClipMessage early = await subscriber.WaitForAsync(
            appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.Usable > 0);
        // In the middle of a clip: its start was captured by the clock as it was before.
        int frames = subscriber.All.Count(received => received.Topic == appliance.Topics.Frame);
        await subscriber.WaitAsync(
            "frames of the next clip", all => all.Count(received => received.Topic == appliance.Topics.Frame) > frames + 5);
        DateTimeOffset set = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        time.Ahead = TimeSpan.Zero;

        LiveMessage live = await subscriber.WaitForAsync(
            appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.T > set && live.State == FrameState.Live);
        FrameMessage frame = await subscriber.WaitForAsync(
            appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.T > set);
        ClipMessage across = await subscriber.WaitForAsync(
            appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.T > set);
        await stop.CancelAsync();
        await running;
        await appliance.DisposeAsync();

        Assert.True(live.Since > set, $"live since {live.Since:O}");
        Assert.All(
            [live.Clk, frame.Clk, across.Clk],
            (ClockStatus? clk) => Assert.Equal(Step.TotalMilliseconds, clk!.StepMs!.Value, tolerance: 10));
        Assert.Null(early.Clk!.StepMs);
        Assert.True(across.Start > set && across.End > across.Start && across.T >= across.End, across.ToString());
        // What was stored before can be put on the same scale.
        DateTimeOffset corrected = early.End.AddMilliseconds(across.Clk!.StepMs!.Value - (early.Clk.StepMs ?? 0));
        Assert.InRange(across.Start - corrected, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        IReadOnlyList<FrameMessage> all = subscriber.On(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage);
        Assert.Equal(all.Select(one => one.Seq).Order(), all.Select(one => one.Seq));
        Assert.All(
            all.Zip(all.Skip(1)),
            pair => Assert.True(pair.Second.T >= pair.First.T, $"{pair.First.T:O} is followed by {pair.Second.T:O}"));
        Assert.Single(all.Zip(all.Skip(1)), pair => pair.Second.T - pair.First.T > Step / 2);
    }
}
