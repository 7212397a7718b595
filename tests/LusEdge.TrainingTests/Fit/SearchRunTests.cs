using LusEdge.Training;
using LusEdge.Training.Experiments;
using LusEdge.Training.Fit;
using LusEdge.TrainingTests.Phantom;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Fit;

/// <summary>Searches of several trainings for the best one.</summary>
[Collection(TorchTests.Name)]
public sealed class SearchRunTests(PhantomClips phantom) : FitTest(phantom)
{
    [Fact]
    public void A_search_keeps_every_trial_and_continues_after_an_interruption()
    {
        File.WriteAllText(In("experiment.json"), Frozen.ToJson());
        File.WriteAllText(In("search.json"), """
            { "experiment": "experiment.json", "trials": 4,
              "parameters": { "frozen.bands": { "values": [1, 2] }, "frozen.penalty": { "low": 0.001, "high": 1, "log": true } } }
            """);
        var search = new SearchRun(In("search.json"), In("search"), TimeProvider.System);
        (SearchTrial best, double kappa) = search.Run(Silent, Cancel);
        string[] lines = File.ReadAllLines(In("search/trials.csv"));
        Assert.Equal("trial,folds,clips,qwk,accuracy,within_one,macro_f1,frozen.bands,frozen.penalty", lines[0]);
        Assert.Equal(["1", "1", "2", "2"], lines[1..].Select(line => line.Split(',')[1]).Order());
        Assert.Equal(best.Experiment.ToJson(), Experiment.Load(In("search/best.json")).ToJson());

        string table = File.ReadAllText(In("search/trials.csv"));
        File.Delete(In("search/trials.csv"));
        Assert.Equal((best.Number, kappa), search.Run(Silent, Cancel) is var again ? (again.Best.Number, again.Kappa) : default);
        Assert.Equal(table, File.ReadAllText(In("search/trials.csv")));

        // Finished folds must not be graded against labels that have changed since.
        string index = Path.Combine(Phantom.Directory, "search.csv");
        File.WriteAllText(index, File.ReadAllText(Phantom.Index));
        File.WriteAllText(In("experiment.json"), (Frozen with { Index = index }).ToJson());
        var second = new SearchRun(In("search.json"), In("second"), TimeProvider.System);
        second.Run(Silent, Cancel);
        File.AppendAllText(index, "\n");
        Assert.Contains("it belongs to a search on other clips or labels",
            Assert.Throws<TrainingException>(() => second.Run(Silent, Cancel)).Message, StringComparison.Ordinal);
    }
}
