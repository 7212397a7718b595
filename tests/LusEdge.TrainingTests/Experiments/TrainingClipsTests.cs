using LusEdge.Training;
using LusEdge.Training.Experiments;
using LusEdge.TrainingTests.Phantom;

namespace LusEdge.TrainingTests.Experiments;

/// <summary>Errors in an index whose clips exist, and in the clips.</summary>
public sealed class TrainingClipsTests(PhantomClips phantom) : IClassFixture<PhantomClips>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-clips-").FullName;

    private string Index => Path.Combine(_directory, "index.csv");

    [Theory]
    [InlineData("missing.mp4,x,p9,2,3,3,8", "missing.mp4 does not exist")]
    [InlineData("copy.mp4,x,p9,2,3,3,8", "row 9: copy.mp4 is the same clip as phantom-0000.mp4 in row 2")]
    [InlineData("phantom-0008.mp4,x,p9,2,3,5*,8",
        "row 9 of the index: phantom-0008.mp4 has grade 5* and severity 3, which is not on scale sanmatteo-7")]
    [InlineData("phantom-0008.mp4,x,p9,2,0,0,8", "with fold 1 held out, no clip of grade 0* is left to train on")]
    public void Clips_that_cannot_be_trained_on_are_refused_by_row(string row, string sentence)
    {
        for (int i = 0; i < 9; i++) Copy($"phantom-{i:D4}.mp4", $"phantom-{i:D4}.mp4");
        Copy("phantom-0000.mp4", "copy.mp4");
        string[] lines = File.ReadAllLines(phantom.Index);
        File.WriteAllText(Index, "file,dataset,patient,fold,severity,grade,frames\n"
            + string.Concat(lines[1..8].Select(line => string.Join(',', line.Split(',')[..7]) + "\n")) + row + "\n");
        var refused =
            Assert.Throws<TrainingException>(() => TrainingClips.Load(new Experiment { Scheme = "sanmatteo-7", Index = Index }));
        Assert.Equal(TrainingFailure.BadIndex, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Copy(string clip, string to) => File.Copy(Path.Combine(phantom.Directory, clip), Path.Combine(_directory, to));
}
