using System.Text.RegularExpressions;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.TrainingTests.Phantom;

namespace LusEdge.TrainingTests.Clips;

/// <summary>Indexes of the tiny phantom collection, arranged in folders as a hospital might.</summary>
public sealed class IndexWriterTests(PhantomClips phantom) : IClassFixture<PhantomClips>, IDisposable, IProgress<WorkProgress>
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-writer-").FullName;

    private string Index => Path.Combine(_directory, "index.csv");

    [Fact]
    public void Folds_get_whole_patients_and_evenly_spread_grades_and_are_reproducible()
    {
        // The phantom's clips take turns in the seven grades, so each grade has two clips, of two patients.
        for (int i = 0; i < 14; i++) Copy(i, $"p{i % 7}-{i / 7}/{LabelOf(i)}/clip.mp4");
        (int clips, int ungraded) = Write("^(?<patient>[^/]+)/(?<grade>[^/]+)/", "sanmatteo-7", folds: 2);
        Assert.Equal((14, 0), (clips, ungraded));
        IReadOnlyList<LabelledClip> read = ClipIndex.Load(Index);
        Assert.All(read, clip => Assert.Equal(8, clip.Frames));
        Assert.All(read.GroupBy(clip => clip.Grade), grade => Assert.Equal([1, 2], grade.Select(clip => clip.Fold).Order()));
        string first = File.ReadAllText(Index);
        File.Delete(Index);
        Write("^(?<patient>[^/]+)/(?<grade>[^/]+)/", "sanmatteo-7", folds: 2);
        Assert.Equal(first, File.ReadAllText(Index));
    }

    [Fact]
    public void A_grade_missing_from_the_path_is_left_empty()
    {
        for (int i = 0; i < 4; i++) Copy(i, $"patient {i / 2}/clip, {i}.mp4");
        Assert.Equal((4, 4), Write(IndexWriter.OneFolderPerPatient, "iclus-4", folds: 2));
        Assert.Contains("row 2: severity is \"\"; give a whole number from 0 to 3",
            Assert.Throws<TrainingException>(() => ClipIndex.Load(Index)).Message, StringComparison.Ordinal);
        Assert.Contains("the index already exists", Assert.Throws<TrainingException>(
            () => Write(IndexWriter.OneFolderPerPatient, "iclus-4", folds: 2)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4", "its path does not name the patient")]
    [InlineData("p1/g7/clip.mp4", "its path says grade 7, which is not on scale iclus-4 (0, 1, 2, 3)")]
    public void A_clip_that_cannot_be_listed_is_refused_by_name_and_nothing_is_written(string path, string sentence)
    {
        Copy(0, path);
        string message =
            Assert.Throws<TrainingException>(() => Write("^(?<patient>[^/]+)/(g(?<grade>.))?", "iclus-4", folds: 2)).Message;
        Assert.StartsWith($"{path}: {sentence}", message, StringComparison.Ordinal);
        Assert.False(File.Exists(Index));
    }

    [Fact]
    public void An_index_outside_the_clips_folder_is_refused()
    {
        Copy(0, "clips/p1/a.mp4");
        string clips = Path.Combine(_directory, "clips");
        var writer = new IndexWriter(Schemes.Load("iclus-4"), "hospital", 2, "none");
        var refused = Assert.Throws<TrainingException>(() =>
            writer.Write(clips, Index, new Regex(IndexWriter.OneFolderPerPatient), this, TestContext.Current.CancellationToken));
        Assert.Equal(
            $"{Index}: the index must be in the clips' folder; write it to {Path.Combine(clips, "index.csv")}.", refused.Message);
        Assert.False(File.Exists(Index));
    }

    [Fact]
    public void The_same_clip_under_two_names_is_refused()
    {
        Copy(0, "p1/a.mp4");
        Copy(0, "p2/b.mp4");
        Assert.Contains("p2/b.mp4: it is the same clip as p1/a.mp4", Assert.Throws<TrainingException>(
            () => Write(IndexWriter.OneFolderPerPatient, "iclus-4", folds: 2)).Message, StringComparison.Ordinal);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string LabelOf(int clip) => Schemes.Load("sanmatteo-7").Grades[clip % 7];

    private void Copy(int clip, string to)
    {
        string target = Path.Combine(_directory, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(phantom.Directory, $"phantom-{clip:D4}.mp4"), target);
    }

    private (int Clips, int Ungraded) Write(string pattern, string scheme, int folds) =>
        new IndexWriter(Schemes.Load(scheme), "hospital", folds, "none")
            .Write(_directory, Index, new Regex(pattern), this, TestContext.Current.CancellationToken);
}
