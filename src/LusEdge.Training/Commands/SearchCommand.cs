using System.CommandLine;
using System.Globalization;
using LusEdge.Training.Fit;
using LusEdge.Training.Torch;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train search</c>: searches for good hyper-parameters of an experiment.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("SEARCH.json")
        {
            Description = "The experiment, and the range of each parameter to search.",
        };
        var output = new Option<string>("--out")
        {
            Description =
                $"The search's directory, with {SearchRun.TrialsFile} and {SearchRun.BestFile}. "
                    + "An interrupted search continues there.",
            HelpName = "DIR",
            Required = true,
        };
        var search = new Command("search",
            "Random search with successive halving: all trials hold out one fold, and the best continue with more folds.")
        {
            file, output,
        };
        search.SetAction(async (parsed, stop) =>
        {
            TorchLibrary.Load();
            var run = new SearchRun(parsed.GetValue(file)!, parsed.GetValue(output)!, TimeProvider.System);
            (SearchTrial best, double kappa) =
                await ProgressDisplay.RunAsync(progress => Task.FromResult(run.Run(progress, stop)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{parsed.GetValue(output)}: trial {best.Number} is best, kappa {kappa:0.000} over all folds "
                    + $"({string.Join(", ", best.Values.Select(pair => $"{pair.Key} {pair.Value}"))})."));
            Console.WriteLine("It was chosen by the same folds that measured it: expect less on new patients.");
            return (int)ExitCode.Ok;
        });
        return search;
    }
}
