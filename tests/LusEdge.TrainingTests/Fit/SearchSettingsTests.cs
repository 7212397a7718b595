using LusEdge.Training;
using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

public sealed class SearchSettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-search-").FullName;

    [Fact]
    public void A_search_over_unknown_keys_or_none_is_refused_before_it_starts()
    {
        File.WriteAllText(Path.Combine(_directory, "experiment.json"), "{}");
        string search = Path.Combine(_directory, "search.json");
        Assert.Contains("parameters is empty", SearchRefused("{}"), StringComparison.Ordinal);
        Assert.Contains("there is no key frozen.band",
            SearchRefused("""{ "parameters": { "frozen.band": { "values": [1] } } }"""), StringComparison.Ordinal);
        string message = SearchRefused("""{ "keep": 1, "trails": 3, "parameters": { "seed": { "lo": 1 }, "size": 3 } }""");
        Assert.All((string[])["there is no key trails", "there is no key parameters.seed.lo", "parameters.size: give an object"],
            error => Assert.Contains(error, message, StringComparison.Ordinal));

        string SearchRefused(string content)
        {
            File.WriteAllText(search, content);
            return Assert.Throws<TrainingException>(() => SearchSettings.Load(search)).Message;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
