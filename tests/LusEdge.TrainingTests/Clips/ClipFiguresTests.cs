using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Clips;

public sealed class ClipFiguresTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-figures-").FullName;

    private string Predictions => Path.Combine(_directory, FrameGrade.FileName);

    [Fact]
    public void The_quadratic_kappa_is_what_it_is_by_hand()
    {
        // Grades 0 2 1 1 for labels 0 0 1 2: misses 4 + 1 = 5. By chance, counts 2 1 1 against 1 2 1:
        // 2 * (2 * 1 + 1 * 4) + 1 * (1 * 1 + 1 * 1) + 1 * (1 * 4 + 2 * 1) = 20, over 4 clips 5. No better than chance.
        Assert.Equal(0, Evaluation.Of([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]], [0, 0, 1, 2]).QuadraticKappa, 1e-12);

        // Grades 0 1 1 1 for labels 0 0 1 1: one miss of 1. By chance, counts 2 2 against 1 3: 2 * 3 + 2 * 1 = 8, over 4 clips 2.
        Assert.Equal(0.5, Evaluation.Of([[1, 0], [0, 1], [0, 1], [0, 1]], [0, 0, 1, 1]).QuadraticKappa, 1e-12);
        Assert.Equal(1, Evaluation.Of([[1, 0], [0, 1]], [0, 1]).QuadraticKappa, 1e-12);
        Assert.Equal(0, Evaluation.Of([[1, 0], [1, 0]], [0, 0]).QuadraticKappa, 1e-12);
    }

    [Fact]
    public void A_clip_is_graded_by_its_frames_and_sets_are_never_mixed()
    {
        LabelledClip[] clips = [Clip("a", "one", "p1", 0), Clip("b", "one", "p2", 3), Clip("c", "two", "p3", 2)];
        FrameGrade[] grades =
        [
            // Grade 0 by the mean; the mean grade is 1.1; a quarter of the frames is at 3.
            Grade("a", 0, 0.9f, 0, 0, 0.1f), Grade("a", 20, 0.9f, 0, 0, 0.1f), Grade("a", 40, 0.1f, 0, 0, 0.9f), Grade("a", 60, 0.6f, 0, 0, 0.4f),
            Grade("b", 0, 0, 0, 0.1f, 0.9f),
            Grade("c", 0, 0.1f, 0.1f, 0.7f, 0.1f),
        ];
        IReadOnlyList<SetFigures> sets = ClipFigures.Of(clips, grades);
        Assert.Equal([("one", 2, 2, 5), ("two", 1, 1, 1)], sets.Select(set => (set.Dataset, set.Clips, set.Patients, set.Frames)));
        Assert.Equal([1, 0.5, 0.5, 0.5], sets[0].Rules.Select(rule => rule.Accuracy.Value));
        Assert.Equal([1, 1, 0.5, 0.5], sets[0].Rules.Select(rule => rule.WithinOne.Value));
        Assert.Equal(new Figure(1, 1, 1), sets[1].Rules[0].Accuracy);

        // |0.625 - 1| and |0.9 - 1|, each in a bin of its own.
        Assert.Equal((0.375 + 0.1) / 2, sets[0].Rules[0].CalibrationError!.Value, 1e-4);
    }

    [Fact]
    public void An_interval_comes_from_drawing_patients_and_not_clips()
    {
        // One patient right ten times, another wrong ten times: drawn by patient, anything from all wrong to all right may come.
        LabelledClip[] clips = [.. Enumerable.Range(0, 20).Select(i => Clip($"{i}", "one", i < 10 ? "p1" : "p2", 0))];
        FrameGrade[] grades = [.. Enumerable.Range(0, 20).Select(i => i < 10 ? Grade($"{i}", 0, 1, 0, 0, 0) : Grade($"{i}", 0, 0, 0, 0, 1))];
        Assert.Equal(new Figure(0.5, 0, 1), ClipFigures.Of(clips, grades)[0].Rules[0].Accuracy);
    }

    [Fact]
    public void Predictions_are_read_as_they_were_written()
    {
        FrameGrade[] grades = [Grade("a, b.mp4", 3, 0.1f, 0.2f, 0.3f, 0.4f), Grade("c.mp4", 7, 0.25f, 0.25f, 0.25f, 0.25f)];
        File.WriteAllText(Predictions, FrameGrade.ToCsv(grades));
        IReadOnlyList<FrameGrade> read = FrameGrade.Load(Predictions, [Clip("a, b.mp4", "one", "p", 0), Clip("c.mp4", "one", "q", 1)]);
        Assert.Equal(FrameGrade.ToCsv(grades), FrameGrade.ToCsv(read));
    }

    [Theory]
    [InlineData("other.mp4,1,0,1,0,0,0", "row 2: the index has no clip other.mp4")]
    [InlineData("a.mp4,2,0,1,0,0,0", "row 2: fold is \"2\", but a.mp4 is in fold 1 of the index")]
    [InlineData("a.mp4,1,x,1,0,0,0", "row 2: frame is \"x\"")]
    [InlineData("a.mp4,1,0,1.5,0,0,0", "row 2: p0 is \"1.5\"")]
    [InlineData("a.mp4,1,0,NaN,0,0,0", "row 2: p0 is \"NaN\"")]
    [InlineData("a.mp4,1,0,0.5,0,0,0", "row 2: its probabilities do not add up to 1")]
    [InlineData("a.mp4,1,0,1,0,0,0", "b.mp4 (row 2 of the index) has no prediction")]
    public void A_bad_prediction_is_refused(string row, string sentence)
    {
        File.WriteAllText(Predictions, $"file,fold,frame,p0,p1,p2,p3\n{row}\n");
        var refused = Assert.Throws<TrainingException>(() => FrameGrade.Load(Predictions, [Clip("a.mp4", "one", "p", 0), Clip("b.mp4", "one", "q", 0)]));
        Assert.Equal(TrainingFailure.BadIndex, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_committed_card_says_what_its_predictions_come_to()
    {
        string directory = Repository.File("models/lus-severity-4");
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(SharedClips.Index());
        IReadOnlyList<SetFigures> figures = ClipFigures.Of(clips, FrameGrade.Load(Path.Combine(directory, FrameGrade.FileName), clips));
        Assert.Contains(ClipFigures.ToMarkdown(figures), File.ReadAllText(Path.Combine(directory, "README.md")), StringComparison.Ordinal);
        JsonElement[] card = [.. ModelManifest.Load(directory).Card!.Value.GetProperty("held_out").EnumerateArray()];
        foreach ((SetFigures set, JsonElement written) in figures.Zip(card))
        {
            Assert.Equal(set.Dataset, written.GetProperty("dataset").GetString());
            Assert.Equal(set.Rules[0].QuadraticKappa.Value, written.GetProperty("rules")[0].GetProperty("quadratic_kappa").GetProperty("value").GetDouble());
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static LabelledClip Clip(string file, string dataset, string patient, int severity) => new(2, file, dataset, patient, 1, severity, 100, "none");

    private static FrameGrade Grade(string file, int frame, params float[] p) => new(file, 1, frame, p);
}
