using System.Globalization;
using System.Text;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Fit;

/// <summary>
/// <c>lusedge-train search</c>: random search with successive halving. All trials hold out the first fold; the best of them
/// continue with two folds, the best of these with four, until all folds are held out. Each trial is a training in its own
/// directory, so nothing is repeated.
/// </summary>
/// <param name="file">The search's file.</param>
/// <param name="directory">The search's directory.</param>
/// <param name="time">Measures the elapsed time.</param>
internal sealed class SearchRun(string file, string directory, TimeProvider time)
{
    /// <summary>The name of the table of all trials.</summary>
    public const string TrialsFile = "trials.csv";

    /// <summary>The name of the file with the best trial's experiment.</summary>
    public const string BestFile = "best.json";

    private const string SearchFile = "search.json";

    private sealed record Scored(SearchTrial Trial, int Folds, int Clips, ConfusionMatrix Score);

    /// <summary>Runs the search.</summary>
    /// <param name="progress">Receives the progress after every step of every training.</param>
    /// <param name="cancel">Stops the work; everything done so far is kept.</param>
    /// <returns>The best trial and its kappa over all folds.</returns>
    /// <exception cref="TrainingException">
    /// Search, experiment, index or clips can't be used, or the directory belongs to another search.
    /// </exception>
    public (SearchTrial Best, double Kappa) Run(IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        (SearchSettings search, IReadOnlyList<SearchTrial> trials) = SearchSettings.Load(file);
        TrainingClips clips = TrainingClips.Load(trials[0].Experiment);
        ClaimDirectory(trials, clips);
        var scored = new SortedDictionary<int, Scored>();
        IReadOnlyList<SearchTrial> going = trials;
        for (int folds = 1; ; folds = Math.Min(2 * folds, clips.Folds.Count))
        {
            foreach ((int done, SearchTrial trial) in going.Index())
            {
                progress.Report(new WorkProgress($"trials on {folds} folds", done, going.Count, Best(scored)));
                scored[trial.Number] = Score(trial, clips, folds, progress, cancel);
                Write(TrialsFile, ToCsv(scored.Values, trials[0].Values.Keys));
            }

            progress.Report(new WorkProgress($"trials on {folds} folds", going.Count, going.Count, Best(scored)));
            going = [.. going.OrderByDescending(trial => scored[trial.Number].Score.QuadraticKappa)
                .ThenBy(trial => trial.Number)];
            if (folds == clips.Folds.Count) break;
            going = [.. going.Take(Math.Max(1, (int)Math.Ceiling(going.Count * search.Keep)))];
        }

        Write(BestFile, going[0].Experiment.ToJson());
        return (going[0], scored[going[0].Number].Score.QuadraticKappa);
    }

    private string FolderOf(SearchTrial trial) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"trial-{trial.Number:D3}"));

    /// <summary>Claims a new directory, or checks that an existing one belongs to this search on these clips.</summary>
    private void ClaimDirectory(IReadOnlyList<SearchTrial> trials, TrainingClips clips)
    {
        string own = Path.Combine(directory, SearchFile),
            drawn = $" \"experiments\": [\n{string.Join(",\n", trials.Select(trial => trial.Experiment.ToJson()))}] }}\n";
        string whole = $"{{ \"data_sha256\": \"{clips.Sha256}\",{drawn}";
        Directory.CreateDirectory(directory);
        if (!File.Exists(own))
        {
            Write(SearchFile, whole);
            return;
        }

        string there = File.ReadAllText(own);
        if (there == whole) return;
        string other = there.EndsWith(drawn, StringComparison.Ordinal) ? "a search on other clips or labels" : "another search";
        throw new TrainingException(
            TrainingFailure.SettingsMismatch, $"{directory}: it belongs to {other}; name another directory, or delete this one.");
    }

    private Scored Score(
        SearchTrial trial, TrainingClips clips, int folds, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        int[] parts = [.. clips.Folds.Take(folds)];
        string[] tables = [.. parts.Select(part => Path.Combine(FolderOf(trial), $"fold-{part}", FrameLogits.FileName))];
        if (!tables.All(File.Exists))
        {
            new FitRun(trial.Experiment, FolderOf(trial), leaky: false, time) { Cache = Path.Combine(directory, "features") }
                .Run(parts, new Prefixed(progress, $"trial {trial.Number}, fold "), cancel);
        }

        Dictionary<string, LabelledClip> byFile = clips.Clips.ToDictionary(clip => clip.File);
        FrameLogits[] rows = [.. tables.SelectMany(table => FrameLogits.Load(table, clips.Scheme.Grades.Count))];
        Sample[] samples =
            [.. rows.Select(row => new Sample(byFile[row.File], clips.ClassOf(byFile[row.File]), row.Frame, 0, row.Fold))];
        ConfusionMatrix score = ClipScore.Of(samples, [.. rows.Select(row => TemperatureScaling.Softmax([.. row.Z], 1))]);
        return new Scored(trial, folds, score.Total, score);
    }

    private static string? Best(SortedDictionary<int, Scored> scored) =>
        scored.Values.OrderByDescending(one => one.Folds).ThenByDescending(one => one.Score.QuadraticKappa)
            .FirstOrDefault() is { } best
            ? FormattableString.Invariant(
                $"best kappa {best.Score.QuadraticKappa:0.00} (trial {best.Trial.Number}, {best.Folds} folds)")
            : null;

    private static string ToCsv(IEnumerable<Scored> scored, IEnumerable<string> keys)
    {
        string[] columns = [.. keys];
        var text = new StringBuilder($"trial,folds,clips,qwk,accuracy,within_one,macro_f1,{string.Join(',', columns)}\n");
        foreach (Scored one in scored)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{one.Trial.Number},{one.Folds},{one.Clips},{one.Score.QuadraticKappa:0.0000},"
                    + $"{one.Score.Accuracy:0.0000},{one.Score.WithinOne:0.0000},{one.Score.MacroF1:0.0000}");
            foreach (string column in columns)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $",\"{one.Trial.Values[column].Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText($"{path}.part", text);
        File.Move($"{path}.part", path, overwrite: true);
    }

    private sealed class Prefixed(IProgress<WorkProgress> progress, string prefix) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => progress.Report(value with { Stage = prefix + value.Stage });
    }
}
