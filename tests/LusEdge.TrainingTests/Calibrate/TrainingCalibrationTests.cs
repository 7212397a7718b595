using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.TrainingTests.Export;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Calibrate;

/// <summary>From the held-out logits of a finished training to temperatures, thresholds and predictions.</summary>
[Collection(TorchTests.Name)]
public sealed class TrainingCalibrationTests : IDisposable, IProgress<WorkProgress>
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-calibrate-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_temperature_of_a_fold_is_fitted_only_on_the_other_folds()
    {
        string training = TinyTraining.Write(_directory, TinyTraining.Residual),
            table = Path.Combine(training, FrameLogits.FileName);
        CalibrationRecord before = TrainingCalibration.Run(training, null, null, this, Cancel);
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(Path.Combine(_directory, "index.csv"));
        IReadOnlyList<FrameGrade> predictions = Predictions.Load(Path.Combine(training, FrameGrade.FileName), clips).Frames;
        Assert.InRange(predictions.Count(row => row.P.Max() >= before.MinConfidence) / (double)predictions.Count, 0.95, 1);

        // Other logits in the second fold change the first fold's temperature, but not the second's.
        File.WriteAllLines(table, File.ReadAllLines(table)
            .Select(line => line.Split(',') is [_, "2", ..] and [var file, var fold, var frame, .. var z]
            ? string.Join(',', [file, fold, frame, .. z.Reverse()]) : line));
        CalibrationRecord after = TrainingCalibration.Run(training, null, null, this, Cancel);
        Assert.Equal(before.FoldTemperatures["2"], after.FoldTemperatures["2"]);
        Assert.NotEqual(before.FoldTemperatures["1"], after.FoldTemperatures["1"]);
    }

    [Fact]
    public void A_grade_more_probable_than_all_others_together_is_always_confident_enough()
    {
        string training = TinyTraining.Write(_directory, TinyTraining.Residual),
            table = Path.Combine(training, FrameLogits.FileName);
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(Path.Combine(_directory, "index.csv"));
        File.WriteAllText(table, FrameLogits.ToCsv(
            [.. FrameLogits.Load(table, 4)
                .Select(row =>
                    row with { Z = [.. Enumerable.Range(0, 4).Select(
                        grade => clips.First(clip => clip.File == row.File).Severity == grade ? 20f : 0)] })], leaky: false));
        CalibrationRecord record = TrainingCalibration.Run(training, null, null, this, Cancel);
        Assert.True(Predictions.Load(Path.Combine(training, FrameGrade.FileName), clips).Frames.All(row => row.P.Max() > 0.9));
        Assert.Equal(0.5f, record.MinConfidence);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
