using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Evaluate;

public sealed class ClipFiguresTests
{
    private static readonly JsonSerializerOptions ManifestJson =
        new(EvaluationJson.Default.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    [Fact]
    public void Clips_are_graded_from_their_frames_and_data_sets_are_never_mixed()
    {
        LabelledClip[] clips = [Clip("a", "one", "p1", 0), Clip("b", "one", "p2", 3), Clip("c", "two", "p3", 2)];
        FrameGrade[] grades =
        [
            // The highest mean is grade 0, the mean grade is 1.1, and a quarter of the frames have grade 3.
            Grade("a", 0, 0.9f, 0, 0, 0.1f), Grade("a", 20, 0.9f, 0, 0, 0.1f), Grade("a", 40, 0.1f, 0, 0, 0.9f),
            Grade("a", 60, 0.6f, 0, 0, 0.4f),
            Grade("b", 0, 0, 0, 0.1f, 0.9f),
            Grade("c", 0, 0.1f, 0.1f, 0.7f, 0.1f),
        ];
        IReadOnlyList<SetFigures> sets = Of(clips, grades);
        Assert.Equal(
            [("one", 2, 2, 5), ("two", 1, 1, 1)], sets.Select(set => (set.Dataset, set.Clips, set.Patients, set.Frames)));
        Assert.Equal([1, 0.5, 0.5, 0.5], sets[0].Rules.Select(rule => rule.Accuracy.Value));
        Assert.Equal([1, 1, 0.5, 0.5], sets[0].Rules.Select(rule => rule.WithinOne.Value));
        Assert.Equal(new Figure(1, 1, 1), sets[1].Rules[0].Accuracy);

        // |0.625 - 1| and |0.9 - 1|, in different bins.
        Assert.Equal((0.375 + 0.1) / 2, sets[0].Rules[0].CalibrationError!.Value, 1e-4);

        // Of the single frames, four of five are right; grade 3 is given twice.
        Assert.Equal((0.8, 0.5), (sets[0].Frame.Accuracy.Value, sets[0].Frame.Classes[3].Precision!.Value));
        Assert.Equal([4, 0, 0, 1], sets[0].Frame.Classes.Select(c => c.Support));

        // Without probabilities there are no figures that need them, and without clips of grade 1 it has no recall.
        Assert.Null(sets[0].Rules[1].Auc);
        Assert.Null(sets[0].Rules[0].Classes[1].Recall);
        Assert.Null(sets[0].Frame.Severity);
    }

    [Fact]
    public void An_interval_comes_from_drawing_patients_and_not_clips()
    {
        // One patient is right ten times, another wrong ten times: drawn by patient, everything from all wrong to all right is
        // possible.
        LabelledClip[] clips = [.. Enumerable.Range(0, 20).Select(i => Clip($"{i}", "one", i < 10 ? "p1" : "p2", 0))];
        FrameGrade[] grades =
            [.. Enumerable.Range(0, 20).Select(i => i < 10 ? Grade($"{i}", 0, 1, 0, 0, 0) : Grade($"{i}", 0, 0, 0, 0, 1))];
        Assert.Equal(new Figure(0.5, 0, 1), Of(clips, grades)[0].Rules[0].Accuracy);
    }

    [Fact]
    public void Starred_grades_also_have_figures_by_severity()
    {
        LabelledClip[] clips = [Clip("a", "one", "p1", 0) with { Grade = "0*" }, Clip("b", "one", "p2", 1) with { Grade = "1*" }];
        FrameGrade[] grades = [Grade("a", 0, 1, 0, 0, 0, 0, 0, 0), Grade("b", 0, 0, 0, 0, 0, 0, 0, 1)];
        RuleFigures frame = Of(clips, grades)[0].Frame;
        Assert.Equal((0, 0.5), (frame.Accuracy.Value, frame.WithinOne.Value));
        Assert.Equal((0.5, 0.5), (frame.Severity!.Accuracy.Value, frame.Severity.WithinOne.Value));
        Assert.Equal([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], frame.Severity.Confusion);
        Assert.Contains("| **0\\*** |", FiguresTable.ToMarkdown(Of(clips, grades)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_of_every_set_carry_the_warning_about_a_frame_split()
    {
        IReadOnlyList<SetFigures> sets =
            Of([Clip("a", "one", "p1", 0), Clip("b", "two", "p2", 3)], [Grade("a", 0, 1, 0, 0, 0), Grade("b", 0, 1, 0, 0, 0)]);
        Assert.Equal(3, FiguresTable.ToMarkdown(sets, leaky: true).Split(Predictions.LeakyWarning).Length);
        Assert.DoesNotContain("LEAKY", FiguresTable.ToMarkdown(sets), StringComparison.Ordinal);
    }

    [Fact]
    public void The_committed_card_matches_its_predictions_and_scikit_learn()
    {
        // scikit-learn 1.2.1 on the rows of predictions.csv, by set: accuracy_score, cohen_kappa_score(weights="quadratic"),
        // f1_score(average="macro"), the mean of roc_auc_score(y == c, P[:, c]), ((P - eye(4)[y]) ** 2).sum(1).mean().
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(SharedClips.Index());
        string directory = Repository.File("models/lus-severity-4");
        IReadOnlyList<SetFigures> sets = Of(clips, Predictions.Load(Path.Combine(directory, FrameGrade.FileName), clips).Frames);
        Assert.Equal([0.3743, 0.3968, 0.3532, 0.6576, 0.6942], Overall(sets[0].Frame));
        Assert.Equal([0.6497, 0.7232, 0.445, 0.7712, 0.4639], Overall(sets[1].Frame));

        Assert.Contains(
            FiguresTable.ToMarkdown(sets), File.ReadAllText(Path.Combine(directory, "README.md")), StringComparison.Ordinal);
        JsonElement written = ModelManifest.Load(directory).Card!.Value.GetProperty("held_out");
        Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(sets, ManifestJson), written));

        static double[] Overall(RuleFigures r) =>
            [r.Accuracy.Value, r.QuadraticKappa.Value, r.MacroF1.Value, r.Auc!.Value, r.Brier!.Value];
    }

    private static IReadOnlyList<SetFigures> Of(IReadOnlyList<LabelledClip> clips, IReadOnlyList<FrameGrade> grades) =>
        ClipFigures.Of(clips, grades, cancel: TestContext.Current.CancellationToken);

    private static LabelledClip Clip(string file, string dataset, string patient, int severity) =>
        new(2, file, dataset, patient, 1, severity, 100, default);

    private static FrameGrade Grade(string file, int frame, params float[] p) => new(file, 1, frame, p);
}
