using LusEdge.Capture.Frames;
using LusEdge.Training;
using LusEdge.Training.Clips;

namespace LusEdge.TrainingTests.Clips;

public sealed class ClipIndexTests : IDisposable
{
    private const string Header = "file,dataset,patient,fold,severity,frames,source\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-index-").FullName;

    private string Index => Path.Combine(_directory, "index.csv");

    [Fact]
    public void Rows_are_read_and_other_columns_are_ignored()
    {
        File.WriteAllText(Index, """
            file,dataset,patient,fold,severity,frames,source,sector
            x/a.mp4,blues,p1,2,3,60,"by, hand",
            x/b.mp4,blues,p2,1,0,7,z,"1,2,30,40"

            """);
        Assert.Equal(
            [new LabelledClip(2, "x/a.mp4", "blues", "p1", 2, 3, 60, default),
                new LabelledClip(3, "x/b.mp4", "blues", "p2", 1, 0, 7, new Sector(1, 2, 30, 40))],
            ClipIndex.Load(Index));
    }

    [Theory]
    [InlineData("a.mp4,blues,p1,1,4,60,x", "row 3: severity is \"4\"; give a whole number from 0 to 3.")]
    [InlineData("a.mp4,blues,p1,1,1*,60,x", "row 3: severity is \"1*\"; give a whole number from 0 to 3.")]
    [InlineData("a.mp4,blues,p1,0,1,60,x", "row 3: fold is \"0\"; give a whole number from 1 to 1000.")]
    [InlineData("a.mp4,blues,p1,1,1,,x", "row 3: frames is \"\"; give a whole number from 1 to 1000000.")]
    [InlineData("a.mp4,blues,,1,1,60,x", "row 3: file, dataset or patient is empty; fill it in.")]
    [InlineData("a.mp4,blues,p1,1,1,60", "row 3: it has 6 fields, but the header has 7; check its commas and quotes.")]
    [InlineData("/clips/a.mp4,blues,p1,1,1,60,x",
        "row 3: file is \"/clips/a.mp4\"; give a path relative to the index's folder, without \"..\" in it.")]
    [InlineData("x/../../a.mp4,blues,p1,1,1,60,x",
        "row 3: file is \"x/../../a.mp4\"; give a path relative to the index's folder, without \"..\" in it.")]
    [InlineData("a.mp4,blues,\"p1,1,1,60,x", "row 3: its quotes do not match; write it as CSV.")]
    [InlineData("first.mp4,blues,p1,1,1,60,x", "row 3: first.mp4 is already in row 2; remove one of the two.")]
    [InlineData("a.mp4,blues,p0,2,1,60,x",
        "row 3: patient p0 is in fold 2, but in fold 1 in row 2; put all clips of a patient into one fold.")]
    public void A_bad_row_is_refused_and_the_message_names_its_number(string row, string sentence)
    {
        File.WriteAllText(Index, $"{Header}first.mp4,blues,p0,1,0,60,x\n{row}\n");
        var refused = Assert.Throws<TrainingException>(() => ClipIndex.Load(Index));
        Assert.Equal((TrainingFailure.BadIndex, $"{Index}: {sentence}"), (refused.Reason, refused.Message));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(Header, "it lists no clips")]
    [InlineData("file,dataset,patient,fold,severity,frames,fold\n",
        "row 1: the column fold appears twice; remove one of the two.")]
    [InlineData("file,dataset,patient,severity,frames\n", "row 1: missing column: fold")]
    public void A_file_that_is_not_an_index_is_refused(string content, string sentence)
    {
        File.WriteAllText(Index, content);
        Assert.Contains(
            sentence, Assert.Throws<TrainingException>(() => ClipIndex.Load(Index)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_index_is_reported_as_not_found() =>
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(() => ClipIndex.Load(Index)).Reason);

    [Fact]
    public void No_patient_of_the_shared_clips_is_in_two_folds()
    {
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(SharedClips.Index());
        Assert.All(clips.GroupBy(clip => clip.Patient), patient => Assert.Single(patient.Select(clip => clip.Fold).Distinct()));
        Assert.Equal(4, clips.Select(clip => clip.Fold).Distinct().Count());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
