using LusEdge.Training;
using LusEdge.Training.Clips;

namespace LusEdge.TrainingTests.Clips;

public sealed class SchemesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-schemes-").FullName;

    [Theory]
    [InlineData("""{ "id": "x", "classes": ["0"], "severities": [0] }""", "classes has fewer than 2 entries")]
    [InlineData("""{ "id": "x", "classes": ["0", "0"], "severities": [0, 1] }""", "a class is listed twice")]
    [InlineData("""{ "id": "x", "classes": ["0", "1"], "severities": [0] }""", "1 severities for 2 classes")]
    [InlineData("""{ "id": "x", "classes": ["0", "1"], "severities": [0, 4] }""", "a severity is outside 0-3")]
    [InlineData("""{ "id": "x", "classes": ["0", "1"], "severities": [1, 0] }""", "do not rise with the classes")]
    [InlineData("""{ "id": "x" }""", "not a scale")]
    [InlineData("grades", "not a scale")]
    public void An_invalid_scale_is_refused(string json, string sentence)
    {
        string file = Path.Combine(_directory, "scheme.json");
        File.WriteAllText(file, json);
        var refused = Assert.Throws<TrainingException>(() => Schemes.Load(file));
        Assert.Equal(TrainingFailure.BadIndex, refused.Reason);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(() => Schemes.Load("iclus-5")).Reason);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
