using System.Diagnostics;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.IntegrationTests.Publish;
using LusEdge.Models;
using LusEdge.Publish.Connection;
using LusEdge.Tests;
using Microsoft.Data.Sqlite;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>Whoever says how the signal is must not hang with the disk or the model.</summary>
public sealed class HangTests : IDisposable
{
    private const string Feed = "lavfi:nullsrc=s=64x48:r=25,format=gray,geq=lum=90,realtime";
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Readings_go_on_while_another_process_holds_the_events_and_no_clip_is_lost()
    {
        await using ApplianceRig appliance = await StartAsync(Feed, TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await subscriber.WaitForAsync(appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage, _ => true);

        DateTimeOffset held = TimeProvider.System.GetUtcNow();
        using (SqliteConnection holder = Hold())
        {
            await subscriber.WaitForAsync(
                appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, health => health.Reasons.Any(reason => reason.Code == "event_store_failed"));
            await subscriber.WaitForAsync(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.T > held.AddSeconds(4));
        }

        DateTimeOffset released = TimeProvider.System.GetUtcNow();
        await subscriber.WaitForAsync(
            appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, health => health.T > released && health.Reasons.All(reason => reason.Code != "event_store_failed"));
        await stop.CancelAsync();
        await running;
        await appliance.DisposeAsync();

        // Not a second without a word, not a frame outside a clip, not a clip missing.
        IReadOnlyList<LiveMessage> lives = subscriber.On(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage);
        TimeSpan longest = lives.Zip(lives.Skip(1), (a, b) => b.T - a.T).Max();
        Assert.True(longest < TimeSpan.FromSeconds(1), $"{longest} without a live message");
        IReadOnlyList<ClipMessage> clips = [.. subscriber.On(appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage).DistinctBy(clip => clip.Seq).OrderBy(clip => clip.Seq)];
        Assert.Equal(Enumerable.Range(0, clips.Count).Select(i => (long)i), clips.Select(clip => clip.Seq));
        Assert.True(clips.Count(clip => clip.T > held && clip.T < released) >= 3);
        Assert.All(clips.Zip(clips.Skip(1)), pair => Assert.True(pair.Second.FirstFrame > pair.First.LastFrame));
    }

    [Fact]
    public async Task A_disk_that_hangs_holds_up_neither_the_start_nor_the_goodbye()
    {
        using SqliteConnection holder = Hold();
        long begun = Stopwatch.GetTimestamp();
        await using ApplianceRig appliance = await StartAsync(Feed, TinyModel.Bytes(TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await subscriber.WaitForAsync(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.Live);
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(10), "the start waited for the disk");

        long asked = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
        await appliance.DisposeAsync();
        Assert.True(Stopwatch.GetElapsedTime(asked) < ShutdownBudget.Total, $"it took {Stopwatch.GetElapsedTime(asked)}");
        Assert.Equal(Availability.Offline, subscriber.On(appliance.Topics.Availability, LusEdgeJson.Default.AvailabilityMessage)[^1].State);
    }

    [Fact]
    public async Task A_model_that_hangs_is_announced_as_stale_within_a_second_and_no_old_score_is_repeated()
    {
        await using ApplianceRig appliance = await StartAsync("lavfi:testsrc2=s=1920x1080:r=25,realtime", TinyModel.Slow());
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        LiveMessage stale = await subscriber.WaitForAsync(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.Stale);
        await subscriber.WaitForAsync(
            appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, health => health.Reasons.Any(reason => reason is { Code: "stale", Status: HealthStatus.Degraded }));

        // `since` is when the pipeline took the frame that holds it.
        Assert.InRange(stale.T - stale.Since, TimeSpan.FromSeconds(0.7), TimeSpan.FromSeconds(1));
        Assert.Equal((null, null, null), (stale.Severity, stale.Grade, stale.P));
        Assert.Equal(FrameState.Stale, appliance.Appliance.State);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => running);
        Assert.All(subscriber.On(appliance.Topics.Live, LusEdgeJson.Default.LiveMessage), live => Assert.Null(live.Severity));
    }

    [Fact]
    public async Task Health_and_progress_are_told_without_a_broker()
    {
        int feed = LoopbackPort.Free();
        await using ApplianceRig appliance = await StartAsync($"tcp://127.0.0.1:{feed}", TinyModel.Bytes(TinyModel.Four), brokerPort: LoopbackPort.Free());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await Eventually.TrueAsync("no_signal is told", () => appliance.Health.Any(report => report.Reasons.Any(reason =>
            reason.Code == "no_signal" && reason.Detail.Contains($"tcp://127.0.0.1:{feed} can't be reached", StringComparison.Ordinal))));
        long rounds = appliance.Appliance.Rounds;
        await Eventually.TrueAsync("the loop goes round without a frame", () => appliance.Appliance.Rounds > rounds + 5);

        using ChildProcess sender = FFmpegTool.Start(
            "-re", "-f", "lavfi", "-i", "color=gray:s=64x48:r=25", "-c:v", "libx264", "-tune", "zerolatency", "-g", "10", "-f", "mpegts", $"tcp://127.0.0.1:{feed}?listen=1");
        await Eventually.TrueAsync("the feed is live", () => appliance.Appliance.State == FrameState.Live);
        await Eventually.TrueAsync("no_signal is cleared", () => appliance.Health[^1].Reasons.All(reason => reason.Code != "no_signal"));
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
    }

    [Fact]
    public async Task A_picture_of_another_size_than_configured_is_a_reason_of_health()
    {
        await using ApplianceRig appliance = await ApplianceRig.StartAsync(Options(Feed, TinyModel.Bytes(TinyModel.Four)) with
        {
            Capture = new CaptureOptions { Source = Feed, Geometry = new PictureSize(640, 480) },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        await Eventually.TrueAsync("mode_changed is told", () => appliance.Health.Any(report => report.Reasons.Any(reason => reason.Code == "mode_changed")));
        await stop.CancelAsync();
        await running;
    }

    private LusEdgeOptions Options(string source, byte[] model) => new()
    {
        Capture = new CaptureOptions { Source = source },
        Infer = new ModelOptions { Model = TinyModel.Write(_temp["model"], "iclus-4", model), Provider = ProviderChoice.Cpu },
        Aggregate = new AggregateOptions { ClipLength = TimeSpan.FromSeconds(1), MinFrames = 1 },
        Mqtt = new MqttOptions { EventsDatabase = _temp["events.db"] },
    };

    private Task<ApplianceRig> StartAsync(string source, byte[] model, int? brokerPort = null) => ApplianceRig.StartAsync(Options(source, model), brokerPort);

    /// <summary>A backup or a shell that has the events to itself until it is disposed.</summary>
    private SqliteConnection Hold()
    {
        var holder = new SqliteConnection($"Data Source={_temp["events.db"]};Pooling=False");
        holder.Open();
        using SqliteCommand command = holder.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return holder;
    }
}
