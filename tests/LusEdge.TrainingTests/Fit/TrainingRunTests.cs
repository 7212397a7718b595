using LusEdge.Training;
using LusEdge.Training.Fit;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.TrainingTests.Fit;

[Collection(TorchTests.Name)]
public sealed class TrainingRunTests : IDisposable
{
    private static readonly FitSettings Tiny = new() { Width = 2, Size = 32, Batch = 7, Images = 7 * 4, CalibrationPictures = 28, HeldOutPictures = 56 };

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-run-").FullName;
    private readonly FakeTimeProvider _time = new();

    private CheckpointFolder Folder => new(_directory);

    [Fact]
    public void A_stopped_training_keeps_its_last_step_and_goes_on_from_there_to_the_end()
    {
        using var stop = new CancellationTokenSource();
        var stopping = new Watcher(progress =>
        {
            if (progress is { Stage: "training", Done: 2 }) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new TrainingRun(Tiny, Folder, _time).Run(stopping, stop.Token));
        Assert.Equal(2, TrainingRecord.Load(Folder.Newest!).Step);

        var seen = new List<int>();
        TrainingOutcome outcome = new TrainingRun(Tiny, Folder, _time).Run(
            new Watcher(progress =>
            {
                if (progress.Stage == "training") seen.Add(progress.Done);
            }),
            TestContext.Current.CancellationToken);
        Assert.Equal([3, 4], seen);
        Assert.Equal(Tiny.HeldOutPictures, outcome.HeldOut.Pictures);
        Assert.Equal(Tiny.HeldOutPictures, outcome.HeldOut.Confusion.Sum(row => row.Sum()));
        Assert.Single(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void A_checkpoint_is_written_every_minute()
    {
        var steps = new List<int?>();
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(progress =>
        {
            steps.Add(Folder.Newest is { } newest ? TrainingRecord.Load(newest).Step : null);
            _time.Advance(TimeSpan.FromSeconds(40));
            if (progress.Done == 4) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new TrainingRun(Tiny, Folder, _time).Run(watcher, stop.Token));
        Assert.Equal([null, null, 2, 2], steps);
    }

    [Fact]
    public void A_directory_whose_training_began_with_other_settings_is_refused()
    {
        using (var trainer = new Trainer(Tiny)) Folder.Write(new TrainingRecord { Settings = Tiny, Step = 0, Elapsed = TimeSpan.Zero }, trainer);
        var refused = Assert.Throws<TrainingException>(
            () => new TrainingRun(Tiny with { Seed = 9 }, Folder, _time).Run(new Watcher(_ => { }), CancellationToken.None));
        Assert.Equal(TrainingFailure.OtherSettings, refused.Reason);
    }

    [Fact]
    public void A_damaged_record_is_refused_by_name()
    {
        using (var trainer = new Trainer(Tiny)) Folder.Write(new TrainingRecord { Settings = Tiny, Step = 0, Elapsed = TimeSpan.Zero }, trainer);
        string file = Path.Combine(Folder.Newest!, TrainingRecord.FileName);
        File.WriteAllText(file, "{");
        var refused = Assert.Throws<TrainingException>(() => TrainingRecord.Load(Folder.Newest!));
        Assert.Equal(TrainingFailure.Unreadable, refused.Reason);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_was_not_completed_is_not_taken_for_one()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "step-0000005.part"));
        Assert.Null(Folder.Newest);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private sealed class Watcher(Action<WorkProgress> look) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => look(value);
    }
}
