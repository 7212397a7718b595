using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Evaluate;

public sealed class PredictionsTests : IDisposable
{
    private static readonly LabelledClip[] Two = [Clip("a.mp4", 2, "p", 0), Clip("b.mp4", 3, "q", 0)];

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-predictions-").FullName;

    private string Table => Path.Combine(_directory, FrameGrade.FileName);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Predictions_are_read_back_as_written(bool leaky)
    {
        FrameGrade[] grades = [new("a, b.mp4", 1, 3, [0.1f, 0.2f, 0.3f, 0.4f]), new("c.mp4", 1, 7, [0.25f, 0.25f, 0.25f, 0.25f])];
        File.WriteAllText(Table, FrameGrade.ToCsv(grades, leaky));
        Predictions read = Predictions.Load(Table, [Clip("a, b.mp4", 2, "p", 0), Clip("c.mp4", 3, "q", 1)]);
        Assert.Equal((leaky, "iclus-4"), (read.Leaky, read.Scheme.Id));
        Assert.Equal(FrameGrade.ToCsv(grades), FrameGrade.ToCsv(read.Frames));
    }

    [Theory]
    [InlineData("other.mp4,1,0,1,0,0,0", "row 2: the index has no clip other.mp4")]
    [InlineData("a.mp4,2,0,1,0,0,0", "row 2: fold is \"2\", but a.mp4 is in fold 1 of the index")]
    [InlineData("a.mp4,1,x,1,0,0,0", "row 2: frame is \"x\"")]
    [InlineData("a.mp4,1,0,1.5,0,0,0", "row 2: p0 is \"1.5\"")]
    [InlineData("a.mp4,1,0,NaN,0,0,0", "row 2: p0 is \"NaN\"")]
    [InlineData("a.mp4,1,0,0.5,0,0,0", "row 2: its probabilities do not add up to 1")]
    [InlineData("a.mp4,1,0,1,0,0", "row 2: it has 6 fields, but the header has 7")]
    [InlineData("a.mp4,1,0,1,0,0,0\nb.mp4,1,5,1,0,0,0\na.mp4,1,0,1,0,0,0", "row 4: frame 0 of a.mp4 is already in row 2")]
    [InlineData("a.mp4,1,0,1,0,0,0", "it has no prediction for b.mp4 (row 3 of the index)")]
    [InlineData("", "it has no predictions")]
    public void An_invalid_prediction_is_refused(string rows, string sentence) =>
        Refused($"file,fold,frame,p0,p1,p2,p3\n{rows}\n", null, sentence);

    [Theory]
    [InlineData("file,fold,frame,p0,p1,p2\na.mp4,1,0,1,0,0\n", null,
        "no built-in scale has 3 classes; name yours with --scheme FILE")]
    [InlineData("file,fold,frame,p0,p1,p2,p3\na.mp4,1,0,1,0,0,0\n", "sanmatteo-7",
        "row 1: it has 4 columns of probabilities, but scale sanmatteo-7 has 7 classes")]
    [InlineData("file,fold,frame,p0,p2,p3\na.mp4,1,0,1,0,0\n", null, "row 1: missing column: p1")]
    [InlineData("# leaky?\nfile,fold,frame,p0,p1,p2,p3\n", null, "row 1: missing column: file, fold, frame, p0, p1")]
    public void A_table_for_another_scale_is_refused(string table, string? scheme, string sentence) =>
        Refused(table, scheme, sentence);

    [Fact]
    public void Only_a_table_marked_as_leaky_may_have_a_clip_in_another_fold()
    {
        File.WriteAllText(Table,
            $"{Predictions.LeakyMarker}\nfile,fold,frame,p0,p1,p2,p3\na.mp4,1,0,1,0,0,0\na.mp4,2,9,1,0,0,0\nb.mp4,4,0,1,0,0,0\n");
        Predictions read = Predictions.Load(Table, Two);
        Assert.True(read.Leaky);
        Assert.Equal([1, 2, 4], read.Frames.Select(frame => frame.Fold));
        Refused($"{Predictions.LeakyMarker}\nfile,fold,frame,p0,p1,p2,p3\na.mp4,1,0,1,0,0,0\nother.mp4,2,9,1,0,0,0\n", null,
            "row 4: the index has no clip other.mp4");
    }

    [Fact]
    public void A_grade_that_is_not_on_the_scale_is_refused_by_its_row()
    {
        File.WriteAllText(Table, "file,fold,frame,p0,p1\na.mp4,1,0,1,0\nb.mp4,1,0,1,0\n");
        string file = Path.Combine(_directory, "two.json");
        File.WriteAllText(file, """{ "id": "two", "classes": ["0", "1"], "severities": [0, 1] }""");
        Assert.Equal("two", Predictions.Load(Table, Two, Schemes.Load(file)).Scheme.Id);
        var refused = Assert.Throws<TrainingException>(
            () => Predictions.Load(Table, [Two[0], Clip("b.mp4", 3, "q", 2)], Schemes.Load(file)));
        Assert.Contains("row 3 of the index: b.mp4 has grade 2 and severity 2, which is not on scale two (0, 1)", refused.Message,
            StringComparison.Ordinal);
        refused = Assert.Throws<TrainingException>(
            () => Schemes.ClassOf(Schemes.Load("sanmatteo-7"), Two[0] with { Grade = "1*" }));
        Assert.Contains("a.mp4 has grade 1* and severity 0", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static LabelledClip Clip(string file, int row, string patient, int severity) =>
        new(row, file, "one", patient, 1, severity, 100, default);

    private void Refused(string table, string? scheme, string sentence)
    {
        File.WriteAllText(Table, table);
        var refused =
            Assert.Throws<TrainingException>(() => Predictions.Load(Table, Two, scheme is null ? null : Schemes.Load(scheme)));
        Assert.Equal(TrainingFailure.BadIndex, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }
}
