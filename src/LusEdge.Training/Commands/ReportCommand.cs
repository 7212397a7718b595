using System.CommandLine;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Report;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train report</c>: writes a page about a training, as HTML and as Markdown.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var training = new Option<string>("--training")
        {
            Description = "The directory of a calibrated training.",
            HelpName = "DIR",
            Required = true,
        };
        var leaky = new Option<string?>("--leaky")
        {
            Description = "The same experiment with a frame split (`fit --leaky`), for comparison.",
            HelpName = "DIR",
        };
        var trials = new Option<string?>("--trials")
        {
            Description = "The trials.csv of a search; the page then lists all trials.",
            HelpName = "FILE",
        };
        var index = new Option<string?>("--index")
        {
            Description = "The list of clips. Default: its path during the training.",
            HelpName = "FILE",
        };
        var cam = new Option<int>("--cam")
        {
            Description =
                "Adds N held-out frames with the activation map over them; needs --model, and the clips in the index's folder. "
                    + "The page then contains patients' pictures.",
            HelpName = "N",
        };
        var model = new Option<string?>("--model")
        {
            Description = "The directory of the model exported from this training.",
            HelpName = "DIR",
        };
        var output = new Option<string>("--out")
        {
            Description = "The .html page to write; a .md file of the same name is written too.",
            HelpName = "FILE.html",
            Required = true,
        };
        var report = new Command("report",
            "Writes a self-contained page about a training: figures with intervals, charts, and the trials of a search.")
        {
            training, leaky, trials, index, cam, model, output,
        };
        report.Validators.Add(given =>
        {
            if (given.GetResult(cam) is { Errors: var errors } && !errors.Any())
            {
                if (given.GetValue(cam) < 0) given.AddError("--cam: give a whole number, 0 or more.");
                else if (given.GetValue(cam) > 0 && given.GetResult(model) is null)
                    given.AddError("--cam: also give --model, the model whose map is drawn.");
            }

            if (given.GetResult(output) is { Errors: var wrong } && !wrong.Any()
                && !given.GetValue(output)!.EndsWith(".html", StringComparison.Ordinal))
                given.AddError("--out: give a name that ends in .html.");
        });
        report.SetAction(async (parsed, stop) =>
        {
            TrainingDirectory directory = TrainingDirectory.Load(parsed.GetValue(training)!);
            TrainingDirectory? other = parsed.GetValue(leaky) is { } path ? TrainingDirectory.Load(path) : null;
            if (other is { Record.Leaky: false })
                throw new TrainingException(TrainingFailure.BadIndex,
                    $"{other.Path}: it was split by patient; --leaky must name a training made with `fit --leaky`.");
            if (other is not null && directory.Record.Leaky)
                throw new TrainingException(
                    TrainingFailure.BadIndex,
                    $"{directory.Path}: it was split by frame; --training must name the training split by "
                        + "patient, and --leaky this one.");
            if (other is not null && other.Record.DataSha256 != directory.Record.DataSha256)
                throw new TrainingException(TrainingFailure.BadIndex,
                    $"{other.Path}: it was trained on other clips or labels than {directory.Path}; only the split may differ.");
            string labels = parsed.GetValue(index) ?? directory.Record.Index;
            IReadOnlyList<LabelledClip> clips = ClipIndex.Load(labels);
            DataTable? tried = parsed.GetValue(trials) is { } table ? TrialsTable.Load(table) : null;
            Predictions predictions = directory.LoadPredictions(clips);
            Predictions? otherPredictions = other?.LoadPredictions(clips);
            ReportPage page = await ProgressDisplay.RunAsync(progress =>
            {
                IReadOnlyList<Picture> examples = parsed.GetValue(cam) is > 0 and var count
                    ? new CamExamples(Path.GetDirectoryName(Path.GetFullPath(labels))!, clips, predictions,
                        parsed.GetValue(model)!).Draw(count, progress, stop)
                    : [];
                var run = new ReportedRun(directory, predictions, predictions.Figures(clips, progress, stop));
                ReportedRun? frameSplit = other is null
                    ? null
                    : new ReportedRun(other, otherPredictions!, otherPredictions!.Figures(clips, progress, stop));
                return Task.FromResult(TrainingReport.Compose(run, frameSplit, tried, examples));
            });
            string html = parsed.GetValue(output)!, markdown = Path.ChangeExtension(html, ".md");
            File.WriteAllText($"{html}.part", HtmlWriter.Write(page));
            File.WriteAllText($"{markdown}.part", MarkdownWriter.Write(page));
            File.Move($"{html}.part", html, overwrite: true);
            File.Move($"{markdown}.part", markdown, overwrite: true);
            Console.WriteLine(
                $"{html}: written, and also {markdown}.{(predictions.Leaky ? $"\n{Predictions.LeakyWarning}" : "")}");
            return (int)ExitCode.Ok;
        });
        return report;
    }
}
