using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.IntegrationTests.Publish;
using LusEdge.Models;
using LusEdge.Publish.Connection;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>Another model is activated while one serves.</summary>
public sealed class ActivationTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly string _key;
    private readonly ModelLoader _loader;

    public ActivationTests()
    {
        _key = TestPackage.Key(_temp["site.key"]);
        _loader = new ModelLoader(TestPackage.Options(_temp["store"], _key), NullLogger<SeverityModel>.Instance);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_model_that_is_activated_takes_over_between_two_frames_and_none_is_lost()
    {
        string name = Install(2, TinyModel.Four);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var never = new ManualResetEventSlim();
        using var run = PipelineRun.Of("lavfi:nullsrc=s=64x48:r=25:d=600,format=gray,geq=lum=90");
        var watch = new ModelWatch(
            _loader, _loader.Store.ActiveSince, null, run.Inbox, run.Board, TimeProvider.System, NullLogger<SeverityModel>.Instance);
        run.OnFrame = _ =>
        {
            // A file at about a hundred frames a second, so that there is time to activate something.
            never.Wait(10, TestContext.Current.CancellationToken);
            if (run.Frames.Count == 20) _loader.Activate(name);
            if (run.GradedBy[^1] != run.GradedBy[0] && run.GradedBy.Count(by => by == run.GradedBy[^1]) == 40) stop.Cancel();
        };
        await Task.Run(() => run.ToItsEnd(stop.Token), TestContext.Current.CancellationToken);
        await watch.StopAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(run.Board.Read().Reasons);

        // Not one missing, not one twice, and the ledger balances (the run's own check).
        Assert.Equal(Enumerable.Range(0, run.Frames.Count).Select(i => (long)i), run.Frames.Select(frame => frame.Frame));
        Assert.Equal(run.Frames.Count, run.Ledger.Scored);
        int swap = run.GradedBy.FindIndex(by => by != run.GradedBy[0]);
        Assert.Equal(2, run.GradedBy.Distinct().Count());
        Assert.All(run.Frames[..swap], frame => Assert.Equal(7, frame.Score!.Value.P.Length));
        Assert.All(run.Frames[swap..], frame => Assert.Equal(4, frame.Score!.Value.P.Length));
        // The clip ended with the old one's last frame, and the smoothing began anew.
        Assert.Equal([(0, swap - 1), (swap, run.Frames.Count - 1)], run.Clips.Select(clip => ((int)clip.FirstFrame, (int)clip.LastFrame)));
        Assert.Equal([7, 4], run.Clips.Select(clip => clip.Distribution.Count));
        Assert.Equal(run.Frames[swap].Score!.Value.P.ToArray(), run.Frames[swap].Smoothed!.Value.P.ToArray());
    }

    [Fact]
    public async Task A_running_service_tells_of_its_new_model_and_of_the_way_back()
    {
        string one = Install(1, TinyModel.Seven), two = Install(2, TinyModel.Four);
        _loader.Activate(one);
        await using ApplianceRig appliance = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        FrameMessage first = await subscriber.WaitForAsync(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.State == FrameState.Live);
        Assert.StartsWith("tiny@1:", first.Model, StringComparison.Ordinal);

        _loader.Activate(two);
        InfoMessage info = await subscriber.WaitForAsync(appliance.Topics.Info, LusEdgeJson.Default.InfoMessage, message => message.Model.Reference.StartsWith("tiny@2:", StringComparison.Ordinal));
        Assert.Equal(["0", "1", "2", "3"], info.Model.Labels);
        Assert.Equal("site.pub", info.Model.SignedBy);
        await subscriber.WaitForAsync(appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.Model == info.Model.Reference);
        // Whoever comes later finds the new one.
        await using (Subscriber late = await Subscriber.ConnectAsync(appliance.Broker.TcpPort))
        {
            Assert.Equal(info.Model.Reference, (await late.WaitForAsync(appliance.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true)).Model.Reference);
        }

        Assert.Equal(one, _loader.Rollback());
        await subscriber.WaitForAsync(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.Model == first.Model && frame.Frame > first.Frame
            && subscriber.On(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage).Any(other => other.Model == info.Model.Reference && other.Frame < frame.Frame));
        await stop.CancelAsync();
        Assert.Null((await running).Cause);

        IReadOnlyList<FrameMessage> frames = subscriber.On(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage);
        Assert.Equal(frames.Select(frame => frame.Frame).Order(), frames.Select(frame => frame.Frame));
        Assert.All(frames, frame => Assert.Equal(frame.Model == first.Model ? (7, "sanmatteo-7") : (4, "iclus-4"), (frame.P!.Count, frame.Scheme)));
        Assert.All(
            subscriber.On(appliance.Topics.Clip, LusEdgeJson.Default.ClipMessage),
            clip => Assert.All(frames.Where(frame => frame.Frame >= clip.FirstFrame && frame.Frame <= clip.LastFrame), frame => Assert.Equal(clip.Model, frame.Model)));
    }

    [Theory]
    [InlineData("wrong answers", "golden frames have the expected grade")]
    [InlineData("tampered", "README.md: its SHA-256")]
    [InlineData("gone", "can't be read")]
    public async Task An_activated_model_that_is_refused_leaves_the_old_one_serving_and_health_says_why(string what, string told)
    {
        _loader.Activate(Install(1, TinyModel.Seven));
        await using ApplianceRig appliance = await StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        FrameMessage first = await subscriber.WaitForAsync(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.State == FrameState.Live);

        // Past the command, which would refuse it: as if the box answered otherwise than when it was installed.
        string bad = Smuggle(what);
        HealthMessage health = await subscriber.WaitForAsync(
            appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, message => message.Reasons.Any(reason => reason.Code == "model_refused"));
        Assert.Equal(HealthStatus.Degraded, health.Status);
        HealthReason refused = health.Reasons.Single(reason => reason.Code == "model_refused");
        Assert.Contains(told, refused.Detail, StringComparison.Ordinal);
        Assert.Contains("the previous one keeps serving", refused.Detail, StringComparison.Ordinal);
        Assert.Contains(told, _loader.Store.RefusalOf(bad), StringComparison.Ordinal);

        long at = subscriber.On(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage)[^1].Frame;
        await subscriber.WaitForAsync(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.Frame > at + 25);
        Assert.All(subscriber.On(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage), frame => Assert.Equal(first.Model, frame.Model));
        _loader.Rollback();
        await subscriber.WaitForAsync(appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, message => message.Seq > health.Seq && message.Reasons.All(reason => reason.Code != "model_refused"));
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
        Assert.Single(subscriber.On(appliance.Topics.Info, LusEdgeJson.Default.InfoMessage));
    }

    [Fact]
    public async Task A_model_that_nobody_vouches_for_runs_and_says_so()
    {
        await using ApplianceRig appliance = await StartAsync(TinyModel.Write(_temp["own"], TinyModel.Four));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(appliance.Broker.TcpPort);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<FeedEnd> running = appliance.RunAsync(stop.Token);
        HealthMessage health = await subscriber.WaitForAsync(
            appliance.Topics.Health, LusEdgeJson.Default.HealthMessage, message => message.Reasons.Any(reason => reason.Code == "model_unsigned"));
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Null((await subscriber.WaitForAsync(appliance.Topics.Info, LusEdgeJson.Default.InfoMessage, _ => true)).Model.SignedBy);
        await subscriber.WaitForAsync(appliance.Topics.Frame, LusEdgeJson.Default.FrameMessage, frame => frame.Severity is not null);
        await stop.CancelAsync();
        Assert.Null((await running).Cause);
    }

    private string Install(int version, ModelDescription description) =>
        _loader.Install(TestPackage.Write(_temp[$"package-{version}"], _key, description, version: version).Path).Name;

    private string Smuggle(string what)
    {
        TestPackage package = TestPackage.Write(_temp["bad"], _key, version: 9, change: package =>
        {
            if (what != "wrong answers") return;
            package.Expect(golden => golden with { Frames = [.. golden.Frames.Zip(golden.Frames.Reverse(), (frame, other) => other with { File = frame.File })] });
        });
        if (what == "tampered") package.Flip("README.md");
        string name = ModelStore.NameOf(ModelManifest.Load(package.Path));
        if (what != "gone") Directory.Move(package.Path, _loader.Store.PathOf(name));
        _loader.Store.Activate(name);
        return name;
    }

    private Task<ApplianceRig> StartAsync(string? model = null) => ApplianceRig.StartAsync(new LusEdgeOptions
    {
        Capture = new CaptureOptions { Source = "lavfi:nullsrc=s=64x48:r=25,format=gray,geq=lum=90,realtime" },
        Infer = TestPackage.Options(_temp["store"], _key) with { Model = model },
        Aggregate = new AggregateOptions { ClipLength = TimeSpan.FromSeconds(2), MinFrames = 1 },
        Mqtt = new MqttOptions { EventsDatabase = _temp["events.db"] },
    });
}
