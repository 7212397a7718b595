using System.Globalization;
using System.Text.Json;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Report;

/// <summary>A training with its figures.</summary>
/// <param name="Training">The training.</param>
/// <param name="Predictions">Its held-out predictions.</param>
/// <param name="Sets">The figures of each data set.</param>
internal sealed record ReportedRun(TrainingDirectory Training, Predictions Predictions, IReadOnlyList<SetFigures> Sets);

/// <summary>Composes the report, from the training to the definition of each figure.</summary>
internal static class TrainingReport
{
    /// <summary>Composes the report.</summary>
    /// <param name="run">The training to report on.</param>
    /// <param name="frameSplit">The same experiment with a frame split, for comparison; or null.</param>
    /// <param name="trials">The trials of a search, or null.</param>
    /// <param name="examples">Frames with the activation map over them; may be empty.</param>
    public static ReportPage Compose(ReportedRun run, ReportedRun? frameSplit, DataTable? trials, IReadOnlyList<Picture> examples)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Training.Path)));
        List<Section> sections =
        [
            new("In short", [.. Warning(run), .. InShort(run)]),
            new("What was trained", [.. WhatWasTrained(run.Training)]),
            new("Learning curves", [.. Curves(run.Training)]),
            .. run.Sets.Select(set => new Section($"Figures on {set.Dataset}", [.. Warning(run), .. Figures(set)])),
        ];
        if (frameSplit is not null)
            sections.Add(new Section("Split by patient and split by frame", [.. SideBySide(run, frameSplit)]));
        if (trials is not null) sections.Add(new Section("What was tried", [.. Trials(trials)]));
        if (examples.Count > 0) sections.Add(new Section("Where the model looks", [.. Examples(run, examples)]));
        sections.Add(new Section("How the figures are defined", [FigureDefinitions.Table]));
        return new ReportPage($"Training report: {name}", sections);
    }

    private static IEnumerable<Block> Warning(ReportedRun run)
    {
        if (run.Predictions.Leaky) yield return new Notice(Predictions.LeakyWarning);
        if (run.Training.Record.DemonstrationOnly)
            yield return new Notice(TrainingClips.PhantomNotice);
    }

    private static IEnumerable<Block> InShort(ReportedRun run)
    {
        foreach (SetFigures set in run.Sets)
        {
            RuleFigures model = set.Rules[0], majority = set.Rules[^1];
            yield return new Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"{set.Dataset}: {set.Clips} clips of {set.Patients} patients. The clip's grade is right for "
                    + $"{Share(model.Accuracy)} and at most one off for {Share(model.WithinOne)}; "
                    + $"always saying grade {majority.Rule["always grade ".Length..]} would give {majority.Accuracy.Value:P0} "
                    + $"and {majority.WithinOne.Value:P0}. Quadratic-weighted kappa is "
                    + $"{FiguresTable.Cell(model.QuadraticKappa)}: 1 is perfect agreement with the experts, 0 is chance."));
        }

        yield return new Paragraph(run.Predictions.Leaky
            ? "Each frame was graded by a model that had not seen this frame but other frames of the same clip, which "
                + "are nearly the same picture."
            : "Each clip was graded by a model that had seen no clip of its patient: "
                + "the patients are split into folds, and each fold is held out in turn.");
        yield return new Paragraph(
            $"Brackets contain 95 % intervals over {PatientDraws.Count} bootstrap draws of the patients: "
                + "in each draw, as many patients are drawn with replacement as the set has. "
                + "If two intervals overlap widely, the figures can't be told apart. "
                + "Data sets are never mixed, because where source and grade are correlated, a mixture would look like skill.");

        static string Share(Figure f) => string.Create(CultureInfo.InvariantCulture, $"{f.Value:P0} ({f.Low:P0} to {f.High:P0})");
    }

    private static IEnumerable<Block> WhatWasTrained(TrainingDirectory training)
    {
        FitRecord record = training.Record;
        List<IReadOnlyList<string>> rows =
        [
            ["scale", $"{record.Scheme.Id}: {string.Join(", ", record.Scheme.Classes)}, counted as severity "
                + $"{string.Join(", ", record.Scheme.Severities)}"],
            ["split", record.Leaky ? "by frame: leaky, for comparison only" : "by patient"],
            ["index", record.Index],
            ["SHA-256 of the data", record.DataSha256],
            ["seed", record.Seed.ToString(CultureInfo.InvariantCulture)],
            ["threads", record.Threads.ToString(CultureInfo.InvariantCulture)],
            ["time taken", record.Elapsed.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture)],
            ["clips trained on", record.Clips.ToString(CultureInfo.InvariantCulture)],
            .. record.Packages.OrderBy(package => package.Key, StringComparer.Ordinal)
                .Select(package => (IReadOnlyList<string>)[package.Key, package.Value]),
        ];
        yield return new DataTable("The run.", ["", ""], rows);
        yield return new DataTable("The complete experiment.", ["setting", "value"], [.. Flatten("", training.Experiment)]);
        if (training.Calibration is { } calibration)
            yield return new DataTable(
                record.Leaky
                    ? "LEAKY: calibration, fitted on held-out frames of patients who were also trained on."
                    : "Calibration and gate, fitted on held-out patients.", ["setting", "value"], [.. Flatten("", calibration)]);
    }

    private static IEnumerable<Block> Curves(TrainingDirectory training)
    {
        Chart[] charts = [.. LearningCurves.Draw(training.History)];
        if (charts.Length > 0) yield return new Gallery(charts);
        else yield return new Paragraph("This training has no history: it either has no epochs or did not record them.");
    }

    private static IEnumerable<Block> Figures(SetFigures set)
    {
        RuleFigures clips = set.Rules[0], frames = set.Frame;
        RuleFigures[] rules = [frames, .. set.Rules];
        yield return new Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Clips} clips of {set.Patients} patients, {set.Frames} graded frames. "
                + $"Each frame is compared with its clip's label. There is only one label per clip, so a frame that does not "
                + $"show what the label says still counts as a miss."));
        yield return new DataTable(
            "All figures, with 95 % intervals over patients.",
            ["figure", .. rules.Select(rule => rule.Rule)],
            [.. FiguresTable.Rows(frames)
                .Select(row => (IReadOnlyList<string>)[row.Name, .. rules.Select(rule => Cell(row.Of(rule)))])]);
        yield return Classes($"Clips by {clips.Rule}, grade by grade.", "clips", clips);
        yield return Classes("Each frame, grade by grade.", "frames", frames);
        yield return new Gallery([ConfusionChart.Draw($"{set.Dataset}: clips by {clips.Rule}", clips),
            ConfusionChart.Draw($"{set.Dataset}: each frame", frames)]);
        yield return new Gallery(
        [
            ReliabilityChart.Draw("clips", set.DrawnClips!), ReliabilityChart.Draw("frames", set.DrawnFrames!),
            RiskCoverageChart.Draw(set),
        ]);
        if (frames.Severity is null) yield break;
        yield return new Paragraph(
            "For severity, starred grades count as their integer part, the number that the appliance sums over the zones. "
                + "Those figures are in the table above.");
    }

    private static DataTable Classes(string caption, string counted, RuleFigures rule) => new(
        caption,
        ["grade", counted, "precision", "recall", "F1", "AUC"],
        [.. rule.Classes.Select(c => (IReadOnlyList<string>)
            [c.Grade, c.Support.ToString(CultureInfo.InvariantCulture),
                .. new[] { c.Precision, c.Recall, c.F1, c.Auc }.Select(Cell)])]);

    private static IEnumerable<Block> SideBySide(ReportedRun run, ReportedRun frameSplit)
    {
        yield return new Notice(Predictions.LeakyWarning);
        yield return new Paragraph(
            "Consecutive frames of a clip are nearly the same picture. When frames instead of patients are split between "
                + "training and test, the model has already seen almost every test picture with the right label and only needs "
                + "to remember it. Figures of 98 to 100 % in the literature often come from such a split. "
                + "For a new patient, expect the figures in the columns split by patient.");
        foreach ((SetFigures patient, SetFigures frame) in run.Sets.Join(
            frameSplit.Sets, set => set.Dataset, set => set.Dataset, (a, b) => (a, b)))
        {
            yield return new DataTable(
                $"{patient.Dataset}: the same figures with both splits.",
                ["figure", "frames, split by patient", "frames, split by frame (LEAKY)", "clips, split by patient",
                    "clips, split by frame (LEAKY)"],
                [.. FiguresTable.Rows(patient.Frame).Select(row => (IReadOnlyList<string>)
                    [row.Name, .. new[] { patient.Frame, frame.Frame, patient.Rules[0], frame.Rules[0] }.Select(
                        rule => Cell(row.Of(rule)))])]);
            yield return new Gallery(
            [
                ConfusionChart.Draw($"{patient.Dataset}: each frame, split by patient", patient.Frame),
                ConfusionChart.Draw($"LEAKY: {patient.Dataset}: each frame, split by frame", frame.Frame),
            ]);
        }
    }

    private static IEnumerable<Block> Trials(DataTable trials)
    {
        yield return new Paragraph(
            $"All {trials.Rows.Count} trials of the search, including those without success. "
                + "The best of many trials always looks a little too good: part of its lead is luck with these patients.");
        yield return trials;
    }

    private static IEnumerable<Block> Examples(ReportedRun run, IReadOnlyList<Picture> examples)
    {
        yield return new Notice(
            "These are patients' pictures, drawn on this machine on request. Keep this page where the clips are "
                + "kept, and do not publish it.");
        yield return new Paragraph(
            "Random frames, one grade after the other, including misses. Bright areas contain the evidence for the grade, "
                + "relative to the rest of the same picture: they show where, not how much, and not that the area is "
                + "diseased. The map comes from the exported file, which was trained on all clips including these; "
                + "the held-out grade comes from a model that "
                + $"{(run.Predictions.Leaky ? "had seen other frames of the same clip: LEAKY" : "had not seen the patient")}.");
        yield return new Gallery(examples);
    }

    /// <summary>Formats a figure so that its interval stays on the same line.</summary>
    private static string Cell(Figure? figure) => FiguresTable.Cell(figure).Replace(' ', '\u00A0');

    /// <summary>Flattens a JSON object to rows, with paths for nested entries.</summary>
    private static IEnumerable<IReadOnlyList<string>> Flatten(string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                return element.EnumerateObject()
                    .SelectMany(entry => Flatten(path.Length == 0 ? entry.Name : $"{path}.{entry.Name}", entry.Value));
            case JsonValueKind.Array when element.EnumerateArray()
                .Any(item => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array):
                return element.EnumerateArray()
                    .SelectMany((item, i) => Flatten(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item));
            case JsonValueKind.Array:
                return [[path, string.Join(", ", element.EnumerateArray())]];
            default:
                return [[path, element.ValueKind == JsonValueKind.Null ? "—" : element.ToString()]];
        }
    }
}
