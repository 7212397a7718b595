using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Models;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.IntegrationTests.Pipeline;

public sealed class FramePipelineTests
{
    [Fact]
    public void Every_frame_of_a_source_is_graded_in_order()
    {
        using PipelineRun run = PipelineRun.Of(Gray("if(lt(N\\,50)\\,18\\,237)", seconds: 4)).ToItsEnd();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), run.Frames.Select(f => f.Frame));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => TimeSpan.FromMilliseconds(40 * i)), run.Frames.Select(f => f.Pts!.Value));
        Assert.All(run.Frames[..50], f => Assert.Equal("0", f.Score!.Value.Grade));
        Assert.All(run.Frames[50..], f => Assert.Equal("3", f.Score!.Value.Grade));
        Assert.Equal(100, run.Ledger.Scored);
        Assert.Equal((100, 100, "3"), (run.Clips.Single().Frames, run.Clips.Single().Usable, run.Clips.Single().Grade));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(4)]
    public void Each_grade_of_a_scheme_is_told_from_the_others(int classes)
    {
        string steps = string.Join('+', Enumerable.Range(0, classes).Select(i => $"eq(floor(N/25)\\,{i})*{TinyModel.GrayOf(i, classes)}"));
        var options = new LusEdgeOptions { Capture = new CaptureOptions { Source = Gray(steps, seconds: classes) } };
        ModelDescription description = classes == 4 ? TinyModel.Four : TinyModel.Seven;
        using PipelineRun run = new PipelineRun(options, description: description).ToItsEnd();

        Assert.Equal(
            description.Classes.SelectMany(grade => Enumerable.Repeat(grade, 25)),
            run.Frames.Select(f => f.Score!.Value.Grade));
    }

    [Fact]
    public void A_black_picture_has_no_score()
    {
        using PipelineRun run = PipelineRun.Of(Gray("if(between(N\\,10\\,19)\\,1\\,90)", seconds: 2)).ToItsEnd();

        Assert.Equal(10, run.Ledger.Withheld[FrameState.Black]);
        Assert.All(run.Frames[10..20], f => Assert.Equal(FrameState.Black, f.State));
        Assert.Equal(40, run.Clips.Single().Usable);
    }

    [Fact]
    public void A_best_guess_grades_a_clip_that_is_black_throughout()
    {
        var options = new LusEdgeOptions { Capture = new CaptureOptions { Source = Gray("1", seconds: 2) } };
        using PipelineRun run = new PipelineRun(options, bestGuess: true).ToItsEnd();

        Assert.Equal("0", run.Clips.Single().Grade);
        Assert.Equal(0, run.Clips.Single().Usable);
        Assert.EndsWith("+best-guess", run.Clips.Single().Rule);
    }

    [Fact]
    public void A_picture_that_the_model_does_not_know_has_its_quality_and_no_score()
    {
        var options = new LusEdgeOptions { Capture = new CaptureOptions { Source = Gray("if(between(N\\,20\\,29)\\,200\\,60)", seconds: 2) } };
        ModelDescription gated = TinyModel.Seven with { Gate = new ModelGate(3, 0) { MinQuality = 0.5f } };
        using PipelineRun run = new PipelineRun(options, TinyModel.WithQuality(gated, level: 130), gated).ToItsEnd();

        Assert.All(run.Frames[20..30], f => Assert.True(f is { State: FrameState.Ood, Score: null, Quality: < 0.01f }));
        Assert.All(run.Frames.Except(run.Frames[20..30]), f => Assert.True(f is { State: FrameState.Live, Score: not null, Quality: > 0.99f }));
        Assert.Equal((10, 40), (run.Ledger.Withheld[FrameState.Ood], run.Ledger.Scored));
        Assert.Equal((40, 10), (run.Clips.Single().Usable, run.Clips.Single().Withheld[FrameState.Ood]));
    }

    [Fact]
    public void A_best_guess_grades_a_clip_that_the_model_does_not_know_and_its_frames_say_the_truth()
    {
        var options = new LusEdgeOptions { Capture = new CaptureOptions { Source = Gray("200", seconds: 2) } };
        ModelDescription gated = TinyModel.Seven with { Gate = new ModelGate(3, 0) { MinQuality = 0.5f } };
        using PipelineRun run = new PipelineRun(options, TinyModel.WithQuality(gated, level: 130), gated, bestGuess: true).ToItsEnd();

        Assert.All(run.Frames, f => Assert.True(f is { State: FrameState.Ood, Score: null, Smoothed: null }));
        Assert.Equal(("2*", 0), (run.Clips.Single().Grade, run.Clips.Single().Usable));
        Assert.EndsWith("+best-guess", run.Clips.Single().Rule);
    }

    [Fact]
    public void A_picture_of_another_size_is_not_graded_until_the_configured_one_returns()
    {
        using var temp = new TemporaryDirectory();
        // Three stretches of raw H.264, the middle one of another size: the decoder switches without a new file.
        foreach ((int i, string size) in ((string[])["64x48", "96x64", "64x48"]).Index())
        {
            FFmpegTool.Run("-f", "lavfi", "-i", $"color=gray:s={size}:r=25:d=1", "-c:v", "libx264", "-bf", "0", temp[$"{i}.h264"]);
        }

        File.WriteAllBytes(temp["all.h264"], [.. ((string[])["0.h264", "1.h264", "2.h264"]).SelectMany(f => File.ReadAllBytes(temp[f]))]);
        using PipelineRun run = PipelineRun.Of(temp["all.h264"]).ToItsEnd();

        Assert.Equal(25, run.Ledger.Withheld[FrameState.ModeChanged]);
        Assert.All(run.Frames[25..50], f => Assert.Equal(FrameState.ModeChanged, f.State));
        Assert.Equal(50, run.Ledger.Scored);
    }

    [Fact]
    public void A_damaged_picture_is_counted_marked_and_never_graded()
    {
        using var temp = new TemporaryDirectory();
        FFmpegTool.Run("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4", "-c:v", "libx264", "-g", "25", temp["clean.ts"]);
        FFmpegTool.Run("-i", temp["clean.ts"], "-c", "copy", "-bsf:v", "noise=amount=20000", temp["noisy.ts"]);
        using PipelineRun run = PipelineRun.Of(temp["noisy.ts"]).ToItsEnd();

        Assert.True(run.Ledger.Corrupt > 0);
        Assert.Equal(run.Ledger.Corrupt, run.Frames.Count(f => f.State == FrameState.Corrupt));
        Assert.Equal(run.Ledger.Corrupt, run.Clips.Single().Withheld[FrameState.Corrupt]);
    }

    [Fact]
    public void A_live_feed_that_is_faster_than_the_pipeline_loses_frames_and_counts_each()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var run = PipelineRun.Of("lavfi:testsrc2=s=64x48:r=200,realtime");
        using var never = new ManualResetEventSlim();
        run.OnFrame = _ =>
        {
            // A pipeline that takes 50 ms a frame gets every tenth.
            never.Wait(50, TestContext.Current.CancellationToken);
            if (run.Frames.Count == 20) stop.Cancel();
        };
        run.ToItsEnd(stop.Token);

        Assert.True(run.Ledger.Dropped[DropReason.Overload] > 40);
        Assert.Equal(20, run.Frames.Count);
        Assert.True(run.Frames[^1].Frame > 60);
    }

    [Fact]
    public void A_file_loses_no_frame_however_slow_the_pipeline_is()
    {
        using var never = new ManualResetEventSlim();
        using PipelineRun run = PipelineRun.Of(Gray("90", seconds: 1));
        run.OnFrame = _ => never.Wait(20, TestContext.Current.CancellationToken);
        run.ToItsEnd();

        Assert.Equal(25, run.Frames.Count);
        Assert.Empty(run.Ledger.Dropped);
    }

    [Fact]
    public void Stopping_accounts_for_the_frames_on_their_way_and_closes_the_clip()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using PipelineRun run = PipelineRun.Of(Gray("90", seconds: 60));
        run.OnFrame = frame =>
        {
            if (frame.Frame == 30) stop.Cancel();
        };
        run.ToItsEnd(stop.Token);

        Assert.Equal(31, run.Frames.Count);
        Assert.Equal(31, run.Clips.Single().Frames);
    }

    [Fact]
    public void A_live_feed_is_cut_into_clips_and_each_loop_of_a_file_starts_one()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var options = new LusEdgeOptions
        {
            Capture = new CaptureOptions { Source = Gray("90", seconds: 2), Pace = Pace.Realtime, Loop = true },
            Aggregate = new LusEdge.Aggregate.AggregateOptions { ClipLength = TimeSpan.FromSeconds(1.2) },
        };
        using var run = new PipelineRun(options);
        run.OnFrame = frame =>
        {
            if (frame.Frame >= 110) stop.Cancel();
        };
        run.ToItsEnd(stop.Token);

        Assert.Equal([.. run.Frames.Select(f => f.Frame).Order()], run.Frames.Select(f => f.Frame));
        // 0-1.2 s, 1.2-2 s, and again after the loop at frame 50.
        Assert.Contains(run.Clips, c => c.FirstFrame == 50);
        Assert.Contains(run.Clips, c => c.FirstFrame == 100);
        Assert.InRange(run.Clips[0].End - run.Clips[0].Start, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public void A_model_that_fails_on_many_frames_in_a_row_ends_the_run_and_says_why()
    {
        var options = new LusEdgeOptions
        {
            Capture = new CaptureOptions { Source = Gray("if(mod(N\\,9)\\,255\\,if(lt(N\\,30)\\,100\\,255))", seconds: 4) },
            Health = new HealthOptions { FaultAfterFrames = 20 },
        };
        using var run = new PipelineRun(options, TinyModel.FailingOnWhite(), TinyModel.Four);
        ModelException e = Assert.Throws<ModelException>(() => run.ToItsEnd());

        Assert.Equal(ModelFailure.Faulted, e.Reason);
        // Frames 28-47: what came before was broken by a good frame each nine.
        Assert.Equal(48, run.Frames.Count);
        Assert.Equal(FrameState.Failed, run.Frames[^1].State);
    }

    [Fact]
    public async Task A_stall_is_told_within_a_second_and_no_score_is_repeated()
    {
        int port = LoopbackPort.Free();
        using ChildProcess sender = Send(port);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var run = PipelineRun.Of($"udp://127.0.0.1:{port}");
        DateTimeOffset stalledAt = default;
        int framesAtStall = 0;
        run.OnFrame = frame =>
        {
            if (run.Frames.Count == 50) FFmpegTool.Signal(sender, "STOP");
        };
        run.OnAnnouncement = state =>
        {
            if (state != FrameState.NoSignal || stalledAt != default) return;
            (stalledAt, framesAtStall) = (TimeProvider.System.GetUtcNow(), run.Frames.Count);
            stop.Cancel();
        };
        await Task.Run(() => run.ToItsEnd(stop.Token), TestContext.Current.CancellationToken);

        Assert.InRange(stalledAt - run.Frames[^1].CapturedAt, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(1));
        Assert.Equal(framesAtStall, run.Frames.Count);
    }

    [Fact]
    public async Task No_picture_from_before_a_stall_comes_out_as_live_after_it()
    {
        int port = LoopbackPort.Free();
        using ChildProcess sender = Send(port);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var run = PipelineRun.Of($"udp://127.0.0.1:{port}");
        var ages = new List<TimeSpan>();
        bool goesOn = false;
        run.OnFrame = frame =>
        {
            if (frame.State == FrameState.Live) ages.Add(TimeProvider.System.GetElapsedTime(frame.Timestamp));
            if (run.Frames.Count == 50) FFmpegTool.Signal(sender, "STOP");
            if (run.Frames.Count == 100) stop.Cancel();
        };
        run.OnAnnouncement = state =>
        {
            // Long after the stall began, so that what the parser held is old.
            if (state != FrameState.NoSignal || goesOn || run.Announcements.Count(a => a.State == FrameState.NoSignal) < 25) return;
            goesOn = true;
            FFmpegTool.Signal(sender, "CONT");
        };
        await Task.Run(() => run.ToItsEnd(stop.Token), TestContext.Current.CancellationToken);

        Assert.True(goesOn);
        Assert.All(ages, age => Assert.True(age < TimeSpan.FromSeconds(1.1), $"{age}"));
        Assert.Equal(100, run.Frames.Count);
        TestContext.Current.TestOutputHelper!.WriteLine($"stale: {run.Ledger.Withheld.GetValueOrDefault(FrameState.Stale)}");
    }

    [Fact]
    public async Task A_clip_that_has_its_length_is_closed_although_no_frame_comes_to_end_it()
    {
        int port = LoopbackPort.Free();
        using ChildProcess sender = Send(port);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var options = new LusEdgeOptions
        {
            Capture = new CaptureOptions { Source = $"udp://127.0.0.1:{port}" },
            Aggregate = new LusEdge.Aggregate.AggregateOptions { ClipLength = TimeSpan.FromSeconds(3) },
        };
        using var run = new PipelineRun(options);
        run.OnFrame = _ =>
        {
            if (run.Frames.Count == 25) FFmpegTool.Signal(sender, "STOP");
        };
        run.OnAnnouncement = _ =>
        {
            if (run.Clips.Count > 0) stop.Cancel();
        };
        await Task.Run(() => run.ToItsEnd(stop.Token), TestContext.Current.CancellationToken);

        Assert.Equal(run.Frames.Count, run.Clips.Single().Frames);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_steady_state_allocates_nothing_on_the_pipelines_thread(bool gated, bool watched)
    {
        ModelDescription description = TinyModel.Seven with { Gate = gated ? new ModelGate(3, 0) { MinQuality = 0.5f, FrozenAfter = 0.8, FrozenDifference = 0.7f } : new ModelGate(3, 0) };
        var options = new LusEdgeOptions { Capture = new CaptureOptions { Source = Gray("90+40*sin((X+N)/5)", seconds: 60) } };
        using var temp = new TemporaryDirectory();
        using var run = new PipelineRun(options, gated ? TinyModel.WithQuality(description, level: 130) : null, description);
        var loader = new ModelLoader(new ModelOptions { Store = temp["store"], TrustedKeys = [] }, NullLogger<SeverityModel>.Instance);
        ModelWatch? watch = watched
            ? new ModelWatch(loader, loader.Store.ActiveSince, null, run.Inbox, run.Board, TimeProvider.System, NullLogger<SeverityModel>.Instance)
            : null;
        long at500 = 0;
        long at1500 = 0;
        run.KeepsFrames = false;
        run.OnFrame = frame =>
        {
            if (frame.Frame == 500) at500 = GC.GetAllocatedBytesForCurrentThread();
            if (frame.Frame == 1499) at1500 = GC.GetAllocatedBytesForCurrentThread();
        };
        run.ToItsEnd();
        if (watch is not null) await watch.StopAsync(TimeSpan.FromSeconds(10));

        // ONNX Runtime's own bookkeeping comes to some bytes a thousand frames; a single object a frame would be 24,000.
        Assert.InRange(at1500 - at500, 0, 500);
        Assert.Empty(run.Ledger.Withheld);
    }

    [Fact]
    public void Zones_and_cuts_end_the_clip_between_two_frames_and_no_frame_is_lost()
    {
        var options = new LusEdgeOptions
        {
            Capture = new CaptureOptions { Source = Gray("90", seconds: 8) },
            Aggregate = new LusEdge.Aggregate.AggregateOptions { MinFrames = 1 },
        };
        using var run = new PipelineRun(options);
        run.OnFrame = frame =>
        {
            PipelineCommand? command = frame.Frame switch
            {
                39 => new PipelineCommand.BeginZone("right-anterior-upper"),
                79 => new PipelineCommand.CutClip(),
                99 => new PipelineCommand.BeginZone("right-anterior-lower"),
                139 => new PipelineCommand.EndZone(),
                _ => null,
            };
            if (command is not null) run.Inbox.Post(command);
        };
        run.ToItsEnd();

        Assert.Equal(
            [
                (0, 39, null),
                (40, 79, "right-anterior-upper"),
                (80, 99, "right-anterior-upper"),
                (100, 139, "right-anterior-lower"),
                (140, 199, null),
            ],
            run.Clips.Select(clip => ((int)clip.FirstFrame, (int)clip.LastFrame, clip.Zone)));
        Assert.Equal(200, run.Ledger.Scored);
    }

    [Fact]
    public void A_zone_outlives_a_model_that_takes_over()
    {
        using PipelineRun run = PipelineRun.Of(Gray("90", seconds: 4));
        using var temp = new TemporaryDirectory();
        string next = TinyModel.Write(temp["next"], TinyModel.Four);
        run.OnFrame = frame =>
        {
            if (frame.Frame == 9) run.Inbox.Post(new PipelineCommand.BeginZone("left-lateral-lower"));
            if (frame.Frame != 49) return;
            run.Inbox.Post(new PipelineCommand.SwapModel(
                SeverityModel.Load(next, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance)));
        };
        run.ToItsEnd();

        Assert.Equal([null, "left-lateral-lower", "left-lateral-lower"], run.Clips.Select(clip => clip.Zone));
        Assert.Equal([7, 7, 4], run.Clips.Select(clip => clip.Distribution.Count));
    }

    private static ChildProcess Send(int port) => FFmpegTool.Start(
        "-re", "-f", "lavfi", "-i", "color=gray:s=64x48:r=25", "-c:v", "libx264", "-tune", "zerolatency", "-g", "10",
        "-f", "mpegts", $"udp://127.0.0.1:{port}?pkt_size=1316");

    private static string Gray(string expression, int seconds) => $"lavfi:nullsrc=s=64x48:r=25:d={seconds},format=gray,geq=lum='{expression}'";
}
