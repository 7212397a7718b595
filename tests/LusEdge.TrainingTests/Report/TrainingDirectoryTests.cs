using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Report;

namespace LusEdge.TrainingTests.Report;

public sealed class TrainingDirectoryTests : IDisposable
{
    private readonly TrainingFixture _fixture = new();

    [Fact]
    public void A_directory_is_read_completely()
    {
        TrainingDirectory read = TrainingDirectory.Load(_fixture.Training);
        Assert.Equal((7, 2, false, "iclus-4"), (read.Record.Seed, read.Record.Threads, read.Record.Leaky, read.Record.Scheme.Id));
        Assert.Equal([("1", 1, 1.3), ("1", 2, 1.25), ("all", 1, null), ("all", 2, null)],
            read.History.Select(point => (point.Fold, (int)point.Epoch, point.ValidationLoss)));
        Assert.Equal(64, read.LoadPredictions(ClipIndex.Load(_fixture.Index)).Frames.Count);
        Assert.True(TrainingDirectory.Load(_fixture.Leaky).LoadPredictions(ClipIndex.Load(_fixture.Index)).Leaky);
    }

    [Theory]
    [InlineData("record.json", null, "contains no training; run `lusedge-train fit EXPERIMENT.json --out ",
        TrainingFailure.NotFound)]
    [InlineData("predictions.csv", null, "there is no predictions.csv; run `lusedge-train calibrate --training ",
        TrainingFailure.NotFinished)]
    [InlineData("experiment.json", null, "experiment.json: can't be read", TrainingFailure.Unreadable)]
    [InlineData("experiment.json", "[1]", "it is not a JSON object", TrainingFailure.Unreadable)]
    [InlineData("record.json", "{ \"seed\": 1 }", "record.json: can't be read", TrainingFailure.Unreadable)]
    [InlineData("calibration.json", "{", "calibration.json: can't be read", TrainingFailure.Unreadable)]
    [InlineData("history.csv", "fold,epoch\n",
        "history.csv: row 1: missing column: step, train_loss, validation_loss, validation_qwk", TrainingFailure.BadIndex)]
    [InlineData(
        "history.csv", "fold,epoch,step,train_loss,validation_loss,validation_qwk\n1,1,1,NaN,,\n",
        "history.csv: row 2: train_loss is \"NaN\"", TrainingFailure.BadIndex)]
    public void Missing_and_damaged_files_are_reported_by_name(string file, string? content, string sentence, object reason)
    {
        string path = Path.Combine(_fixture.Training, file);
        if (content is null) File.Delete(path);
        else File.WriteAllText(path, content);
        var refused = Assert.Throws<TrainingException>(() => TrainingDirectory.Load(_fixture.Training));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_from_a_different_split_than_the_record_are_refused()
    {
        File.Copy(Path.Combine(_fixture.Leaky, FrameGrade.FileName), Path.Combine(_fixture.Training, FrameGrade.FileName),
            overwrite: true);
        var refused = Assert.Throws<TrainingException>(
            () => TrainingDirectory.Load(_fixture.Training).LoadPredictions(ClipIndex.Load(_fixture.Index)));
        Assert.Contains(
            "it says that it leaks, but record.json says that it does not", refused.Message, StringComparison.Ordinal);
        string table = Path.Combine(_fixture.Leaky, FrameGrade.FileName);
        File.WriteAllLines(table, File.ReadAllLines(table).Where(line => line != Predictions.LeakyMarker));
        refused = Assert.Throws<TrainingException>(
            () => TrainingDirectory.Load(_fixture.Leaky).LoadPredictions(ClipIndex.Load(_fixture.Index)));
        Assert.Contains("row 3: fold is \"2\", but 0.mp4 is in fold 1 of the index", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();
}
