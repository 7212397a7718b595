using System.Globalization;
using System.Text;

namespace LusEdge.Training.Evaluate;

/// <summary>
/// Figures as Markdown: for each data set one table with all figures, one per grade, and two confusion matrices.
/// </summary>
internal static class FiguresTable
{
    /// <summary>Formats the tables.</summary>
    /// <param name="sets">The figures of each data set.</param>
    /// <param name="leaky">True for a frame split; a warning then appears with every set.</param>
    public static string ToMarkdown(IReadOnlyList<SetFigures> sets, bool leaky = false)
    {
        var text = new StringBuilder();
        foreach (SetFigures set in sets)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"**{set.Dataset}**: {set.Clips} clips of {set.Patients} patients, {set.Frames} frames\n\n");
            if (leaky) text.Append($"**{Predictions.LeakyWarning}**\n\n");
            Overall(text, [set.Frame, .. set.Rules]);
            Classes(text, set);
            Confusion(text, $"{set.Dataset}, clips by {set.Rules[0].Rule}", set.Rules[0]);
            Confusion(text, $"{set.Dataset}, each frame", set.Frame);
            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Formats a figure with its interval; a dash for none.</summary>
    internal static string Cell(Figure? figure) => figure is null
        ? "—"
        : string.Create(CultureInfo.InvariantCulture, $"{figure.Value:0.000} ({figure.Low:0.000} to {figure.High:0.000})");

    /// <summary>The name of every figure that a rule has, and how to get its value.</summary>
    internal static IEnumerable<(string Name, Func<RuleFigures, Figure?> Of)> Rows(RuleFigures rule)
    {
        yield return ("right grade", r => r.Accuracy);
        yield return ("within one grade", r => r.WithinOne);
        yield return ("macro-F1", r => r.MacroF1);
        yield return ("quadratic-weighted kappa", r => r.QuadraticKappa);
        if (rule.Severity is not null)
        {
            yield return ("right severity", r => r.Severity!.Accuracy);
            yield return ("within one severity", r => r.Severity!.WithinOne);
            yield return ("macro-F1 of severity", r => r.Severity!.MacroF1);
            yield return ("quadratic-weighted kappa of severity", r => r.Severity!.QuadraticKappa);
        }

        yield return ("AUC, one against the rest", r => r.Auc);
        yield return ("expected calibration error", r => r.CalibrationError);
        yield return ("Brier score (0 to 2)", r => r.Brier);
        yield return ("area under risk and coverage", r => r.RiskCoverageArea);
        foreach ((int i, CoverageFigure at) in (rule.AccuracyAtCoverage ?? []).Index())
            yield return (string.Create(CultureInfo.InvariantCulture, $"right among the surest {at.Coverage:P0}"),
                r => r.AccuracyAtCoverage?[i].Accuracy);
    }

    private static void Overall(StringBuilder text, IReadOnlyList<RuleFigures> rules)
    {
        text.Append($"| figure | {string.Join(" | ", rules.Select(rule => rule.Rule))} "
            + $"|\n|---|{string.Concat(Enumerable.Repeat("---|", rules.Count))}\n");
        foreach ((string name, Func<RuleFigures, Figure?> of) in Rows(rules[0]))
            text.Append($"| {name} | {string.Join(" | ", rules.Select(rule => Cell(of(rule))))} |\n");
    }

    private static void Classes(StringBuilder text, SetFigures set)
    {
        text.Append($"\n{set.Dataset}, grade by grade: clips by {set.Rules[0].Rule}, then each frame.\n\n");
        text.Append("| grade | clips | precision | recall | F1 | AUC | frames | precision | recall | F1 | AUC "
            + "|\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach ((ClassFigures clip, ClassFigures frame) in set.Rules[0].Classes.Zip(set.Frame.Classes))
            text.Append($"| **{Escaped(clip.Grade)}** | {Cells(clip)} | {Cells(frame)} |\n");

        static string Cells(ClassFigures c) => string.Create(
            CultureInfo.InvariantCulture, $"{c.Support} | {Cell(c.Precision)} | {Cell(c.Recall)} | {Cell(c.F1)} | {Cell(c.Auc)}");
    }

    private static void Confusion(StringBuilder text, string what, RuleFigures rule)
    {
        text.Append($"\n{what}: a row is the labelled grade, a column the model's.\n\n| | "
            + $"{string.Join(" | ", rule.Classes.Select(c => Escaped(c.Grade)))} |\n");
        text.Append($"|---|{string.Concat(Enumerable.Repeat("---|", rule.Classes.Count))}\n");
        foreach ((ClassFigures label, IReadOnlyList<int> row) in rule.Classes.Zip(rule.Confusion))
            text.Append(CultureInfo.InvariantCulture, $"| **{Escaped(label.Grade)}** | {string.Join(" | ", row)} |\n");
    }

    /// <summary>The star of a starred grade must not become emphasis in Markdown.</summary>
    private static string Escaped(string grade) => grade.Replace("*", "\\*", StringComparison.Ordinal);
}
