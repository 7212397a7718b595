using System.Diagnostics;
using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.IntegrationTests.Capture;
using LusEdge.IntegrationTests.Publish;
using LusEdge.Models;
using LusEdge.Publish.Connection;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>The whole service, with its own broker and a subscriber that sees how it ends.</summary>
public sealed class ApplianceTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_permanent_model_failure_is_announced_before_the_service_ends()
    {
        await using ApplianceRig appliance = await StartAsync(
            "lavfi:nullsrc=s=64x48:r=25,format=gray,geq=lum=255,realtime", TinyModel.FailingOnWhite());
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        ModelException e = await Assert.ThrowsAsync<ModelException>(
            () => appliance.RunAsync(TestContext.Current.CancellationToken));
        Task leaving = appliance.DisposeAsync().AsTask();
        await subscriber.WaitForAsync(
            appliance.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "pipeline_failed"));
        await leaving;

        Assert.Equal(ModelFailure.Faulted, e.Reason);
        Assert.Equal(HealthStatus.Failed, subscriber.On(appliance.Topics.Health, LusEdgeJson.Default.HealthMessage)[^1].Status);
        Assert.Equal(FrameState.Failed, subscriber.On(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage)[^1].State);
        Assert.Equal(
            Availability.Offline,
            subscriber.On(appliance.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage)[^1].State);
    }

    [Fact]
    public async Task A_model_stuck_on_a_frame_does_not_block_the_offline_message()
    {
        await using ApplianceRig appliance = await StartAsync("lavfi:testsrc2=s=1920x1080:r=25,realtime", TinyModel.Slow());
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        // Long enough for the first frame to reach the model, but far too short for the model to finish it.
        await Task.Delay(TimeSpan.FromSeconds(1), stop.Token);

        long asked = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        TimeoutException e = await Assert.ThrowsAsync<TimeoutException>(() => running);
        await appliance.DisposeAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(asked);

        TestContext.Current.TestOutputHelper!.WriteLine($"it took {took}");
        Assert.Contains("did not end within 1 s", e.Message);
        Assert.InRange(took, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4.5));
        Assert.Equal(
            Availability.Offline,
            subscriber.On(appliance.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage)[^1].State);
    }

    [Fact]
    public async Task The_size_that_lasts_replaces_the_first_one_if_none_is_configured()
    {
        // A scanner that boots in a small picture and then works in a larger one.
        (string, string, int)[] stretches = [("boot", "64x48", 1), ("scan", "96x64", 30)];
        foreach ((string name, string size, int seconds) in stretches)
        {
            FFmpegTool.Run(
                "-f", "lavfi", "-i", $"testsrc2=s={size}:r=25:d={seconds}", "-pix_fmt", "yuv420p", "-c:v", "libx264",
                "-preset", "ultrafast", "-bf", "0", _temp[$"{name}.h264"]);
        }

        byte[] both = [.. File.ReadAllBytes(_temp["boot.h264"]), .. File.ReadAllBytes(_temp["scan.h264"])];
        File.WriteAllBytes(_temp["both.h264"], both);
        await using ApplianceRig appliance = await StartAsync(
            new CaptureOptions { Source = _temp["both.h264"], Pace = Pace.Realtime }, TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);

        await subscriber.WaitForAsync(
            appliance.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason.Code == "mode_changed"));
        await subscriber.WaitForAsync(
            appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.ModeChanged);
        int changed = subscriber.On(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage).Count;
        await subscriber.WaitAsync("the larger picture is graded", _ => subscriber
            .On(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage).Skip(changed)
            .Any(live => live is { State: FrameState.Live, Severity: not null }));
        await subscriber.WaitAsync("health is told", _ => subscriber
            .On(appliance.Topics.Health, LusEdgeJson.Default.HealthMessage)[^1]
            .Reasons.All(reason => reason.Code != "mode_changed"));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_missing_live_feed_is_reported_with_its_reason_and_graded_once_it_appears()
    {
        int port = LoopbackPort.Free();
        await using ApplianceRig appliance = await StartAsync($"tcp://127.0.0.1:{port}", TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await subscriber.WaitForAsync(
            appliance.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason => reason is { Code: "no_signal", Status: HealthStatus.Degraded }
                && reason.Detail.Contains($"tcp://127.0.0.1:{port} can't be reached", StringComparison.Ordinal)));
        await subscriber.WaitForAsync(
            appliance.Topics.Live,
            LusEdgeJson.Default.LiveMessage,
            live => live is { State: FrameState.NoSignal, Severity: null });

        using ChildProcess sender = FFmpegTool.Start(
            "-re", "-f", "lavfi", "-i", "color=gray:s=64x48:r=25", "-c:v", "libx264", "-tune", "zerolatency", "-g", "10",
            "-f", "mpegts", $"tcp://127.0.0.1:{port}?listen=1");
        await subscriber.WaitForAsync(
            appliance.Topics.Live,
            LusEdgeJson.Default.LiveMessage,
            live => live is { State: FrameState.Live, Severity: not null });
        await subscriber.WaitForAsync(
            appliance.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.All(reason => reason.Code != "no_signal"));
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
    }

    [Fact]
    public async Task A_hanging_live_feed_delays_neither_start_nor_stop()
    {
        using var silent = new StreamServer(_ => new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(30)));
        long begun = Stopwatch.GetTimestamp();
        await using ApplianceRig appliance = await StartAsync($"tcp://{silent.Address}", TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await subscriber.WaitForAsync(
            appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.Starting);
        Assert.True(Stopwatch.GetElapsedTime(begun) < new CaptureOptions().OpenTimeout);

        long asked = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
        await appliance.DisposeAsync();
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(4.5));
    }

    [Fact]
    public async Task A_feed_that_can_never_open_ends_the_run_and_health_says_why()
    {
        await using ApplianceRig appliance = await StartAsync("rtmpte://10.0.0.7/", TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        FeedEnd end = await appliance.RunAsync(TestContext.Current.CancellationToken);
        Task leaving = appliance.DisposeAsync().AsTask();
        await subscriber.WaitForAsync(
            appliance.Topics.Health,
            LusEdgeJson.Default.HealthMessage,
            health => health.Reasons.Any(reason =>
                reason.Code == "pipeline_failed" && reason.Detail.Contains("uses a protocol", StringComparison.Ordinal)));
        await leaving;
        Assert.Equal(CaptureFailure.UnknownProtocol, end.Cause!.Reason);
    }

    private Task<ApplianceRig> StartAsync(string source, byte[] model) =>
        StartAsync(new CaptureOptions { Source = source }, model);

    private Task<ApplianceRig> StartAsync(CaptureOptions source, byte[] model) => ApplianceRig.StartAsync(new LusEdgeOptions
    {
        Capture = source,
        Infer = new ModelOptions { Model = TinyModel.Write(_temp["model"], "iclus-4", model), Provider = ProviderChoice.Cpu },
        Mqtt = new MqttOptions { EventsDatabase = _temp["events.db"] },
    });
}
