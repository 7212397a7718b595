using LusEdge.Aggregate;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>
/// What must have a state and no grade. The tiny model's gate knows a picture by its darkness alone, so this is about the way from the
/// model's output to the state; how well the shipped models' gates tell is measured in the end-to-end tests.
/// </summary>
public sealed class GateTests : IDisposable
{
    /// <summary>A picture darker than this is what the model knows.</summary>
    private const float Known = 80;

    /// <summary>Frames of 0.8 s.</summary>
    private const int FrozenAfter = 20;

    private static readonly ModelDescription Gated = TinyModel.Seven with
    {
        Gate = new ModelGate(3, 0) { MinQuality = 0.5f, FrozenAfter = 0.8, FrozenDifference = 0.7f },
    };

    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("smptebars=s=160x120:r=25", FrameState.Frozen)]
    [InlineData("rgbtestsrc=s=160x120:r=25,negate", FrameState.Frozen)]
    [InlineData("color=gray:s=160x120:r=25", FrameState.Frozen)]
    [InlineData("color=black:s=160x120:r=25", FrameState.Black)]
    [InlineData("color=gray:s=160x120:r=25,noise=alls=100:allf=t", FrameState.Ood)]
    [InlineData("testsrc2=s=160x120:r=25", FrameState.Ood)]
    [InlineData("mandelbrot=s=160x120:r=25", FrameState.Ood)]
    [InlineData("life=s=160x120:r=25:life_color=white:death_color=gray", FrameState.Ood)]
    public void What_is_no_ultrasound_has_a_state_and_never_a_grade(string filter, FrameState atTheEnd)
    {
        using PipelineRun run = Run($"lavfi:{filter},trim=duration=2").ToItsEnd();

        Assert.Equal(50, run.Frames.Count);
        Assert.All(run.Frames, f => Assert.True(f is { State: FrameState.Ood or FrameState.Frozen or FrameState.Black, Score: null, Smoothed: null }));
        Assert.Equal(atTheEnd, run.Frames[^1].State);
        Assert.Equal((null, 0, "insufficient_data"), (run.Clips.Single().Grade, run.Clips.Single().Usable, run.Clips.Single().Reason));
    }

    [Fact]
    public void What_the_model_knows_and_moves_is_graded()
    {
        using PipelineRun run = Run("lavfi:testsrc2=s=160x120:r=25:d=2,format=gray,geq=lum='lum(X,Y)/4'").ToItsEnd();
        Assert.All(run.Frames, f => Assert.Equal(FrameState.Live, f.State));
    }

    [Fact]
    public void A_picture_that_stands_still_is_frozen_after_its_time_and_live_at_once_when_it_moves()
    {
        using PipelineRun run = Run($"lavfi:{Freezing}").ToItsEnd();

        Assert.Equal(
            run.Frames.Select(f => f.Frame is >= 50 + FrozenAfter and < 125 ? FrameState.Frozen : FrameState.Live),
            run.Frames.Select(f => f.State));
        Assert.Equal(150, run.Frames.Count);
        Assert.Equal((95, 55), (run.Clips.Single().Usable, run.Clips.Single().Withheld[FrameState.Frozen]));
        // The picture after it is another one: what was seen before has no weight.
        FrameReading after = run.Frames[125];
        Assert.Equal(("0*", "0*"), (after.Score!.Value.Grade, after.Smoothed!.Value.Grade));
        Assert.Equal("0", run.Frames[60].Smoothed!.Value.Grade);
    }

    [Fact]
    public void A_live_feed_of_compressed_video_that_freezes_is_frozen_within_its_time_and_a_second_and_live_at_once_when_it_moves()
    {
        FFmpegTool.Run("-f", "lavfi", "-i", Freezing, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", _temp["freezing.mp4"]);
        using PipelineRun run = Run(_temp["freezing.mp4"], Pace.Realtime).ToItsEnd();

        // By presentation time: on a busy machine a live feed may lose frames.
        ILookup<bool, FrameReading> still = run.Frames.ToLookup(f => Index(f) is >= 50 and < 125);
        Assert.All(still[false], f => Assert.Equal(FrameState.Live, f.State));
        Assert.All(still[true].Where(f => Index(f) >= 50 + FrozenAfter + 25), f => Assert.Equal(FrameState.Frozen, f.State));
        Assert.All(still[true].Where(f => Index(f) < 50 + FrozenAfter - 5), f => Assert.Equal(FrameState.Live, f.State));
        Assert.Contains(run.Frames, f => Index(f) is >= 125 and < 128);

        static int Index(FrameReading frame) => (int)Math.Round(frame.Pts!.Value.TotalSeconds * 25);
    }

    [Fact]
    public void A_model_without_thresholds_for_it_knows_no_frozen_picture()
    {
        using PipelineRun run = PipelineRun.Of("lavfi:color=gray:s=160x120:r=25:d=3").ToItsEnd();
        Assert.All(run.Frames, f => Assert.Equal(FrameState.Live, f.State));
    }

    /// <summary>Six seconds of waves that move, stand still from 2 s to 5 s, and move on brighter, under the noise of a capture card.</summary>
    private static string Freezing =>
        "nullsrc=s=160x120:r=25:d=6,format=gray,"
        + @"geq=lum='if(lt(N\,125)\,18\,54)+12*sin((X+3*if(between(N\,50\,124)\,50\,N))/9)',noise=alls=3:allf=t";

    private static PipelineRun Run(string source, Pace pace = Pace.Source) => new(
        new LusEdgeOptions { Capture = new CaptureOptions { Source = source, Pace = pace } }, TinyModel.WithQuality(Gated, Known), Gated);
}
