using System.Globalization;
using System.Text;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Training.Fit;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Clips;

/// <summary>A figure and the interval that holds the middle 95 % of its values when the patients are drawn anew.</summary>
internal sealed record Figure(double Value, double Low, double High);

/// <summary>How well a way of grading clips agrees with the experts.</summary>
/// <param name="Rule">How a clip's grade comes from its frames.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share whose grade is right or a neighbour of it.</param>
/// <param name="MacroF1">F1 averaged over the grades.</param>
/// <param name="QuadraticKappa">Agreement beyond chance, misses weighted by their square.</param>
/// <param name="CalibrationError">Of the clip's mean probabilities; null for rules that give none.</param>
/// <param name="Confusion">Counts of clips: a row a label, a column a grade given.</param>
internal sealed record RuleFigures(
    string Rule,
    Figure Accuracy,
    Figure WithinOne,
    Figure MacroF1,
    Figure QuadraticKappa,
    Figure? CalibrationError,
    IReadOnlyList<IReadOnlyList<int>> Confusion);

/// <summary>The figures of one public set. Sets are never mixed: in one, source and grade may go together, and that looks like skill.</summary>
internal sealed record SetFigures(string Dataset, int Clips, int Patients, int Frames, IReadOnlyList<RuleFigures> Rules);

/// <summary>From graded frames to the figures of the card.</summary>
internal static class ClipFigures
{
    private const int Resamples = 2000;
    private const double Tail = 0.025;

    /// <summary>The predictions say which frame it was, not when: nearly all clips have 25 a second.</summary>
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(40);

    private static readonly ScoringScheme Scheme = new("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]);

    /// <summary>Computes everything.</summary>
    /// <param name="clips">The index.</param>
    /// <param name="grades">The graded frames, at least one a clip.</param>
    public static IReadOnlyList<SetFigures> Of(IReadOnlyList<LabelledClip> clips, IReadOnlyList<FrameGrade> grades)
    {
        ILookup<string, FrameGrade> byFile = grades.ToLookup(grade => grade.File);
        return [.. clips.GroupBy(clip => clip.Dataset).Select(set => Of(set.Key, [.. set], byFile))];
    }

    /// <summary>The figures as Markdown, a table a set.</summary>
    public static string ToMarkdown(IReadOnlyList<SetFigures> sets)
    {
        var text = new StringBuilder();
        foreach (SetFigures set in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"**{set.Dataset}**: {set.Clips} clips of {set.Patients} patients, {set.Frames} frames\n\n");
            text.Append($"| figure | {string.Join(" | ", set.Rules.Select(rule => rule.Rule))} |\n|---|{string.Concat(Enumerable.Repeat("---|", set.Rules.Count))}\n");
            Row("right grade", rule => rule.Accuracy);
            Row("within one grade", rule => rule.WithinOne);
            Row("macro-F1", rule => rule.MacroF1);
            Row("quadratic-weighted kappa", rule => rule.QuadraticKappa);
            Row("expected calibration error", rule => rule.CalibrationError);
            text.Append($"\n{set.Dataset} by {set.Rules[0].Rule}: a row is the experts' grade, a column the model's.\n\n| | 0 | 1 | 2 | 3 |\n|---|---|---|---|---|\n");
            foreach ((int label, IReadOnlyList<int> row) in set.Rules[0].Confusion.Index())
                text.Append(CultureInfo.InvariantCulture, $"| **{label}** | {string.Join(" | ", row)} |\n");
            text.Append('\n');

            void Row(string name, Func<RuleFigures, Figure?> of) => text.Append(
                $"| {name} | {string.Join(" | ", set.Rules.Select(rule => of(rule) is { } f ? string.Create(CultureInfo.InvariantCulture, $"{f.Value:0.000} ({f.Low:0.000} to {f.High:0.000})") : "—"))} |\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static SetFigures Of(string dataset, IReadOnlyList<LabelledClip> clips, ILookup<string, FrameGrade> byFile)
    {
        float[][] means = [.. clips.Select(clip => Mean([.. byFile[clip.File]]))];
        int majority = clips.CountBy(clip => clip.Severity).MaxBy(pair => pair.Value).Key;
        return new SetFigures(
            dataset,
            clips.Count,
            clips.Select(clip => clip.Patient).Distinct().Count(),
            clips.Sum(clip => byFile[clip.File].Count()),
            [
                Of("highest mean probability", clips, means, calibrated: true),
                Of("mean grade, rounded", clips, [.. means.Select(p => Sure(Expected(p)))], calibrated: false),
                Of("appliance's clip rule", clips, [.. clips.Select(clip => Sure(ByTheAppliance([.. byFile[clip.File]])))], calibrated: false),
                Of($"always grade {majority}", clips, [.. clips.Select(_ => Sure(majority))], calibrated: false),
            ]);
    }

    private static RuleFigures Of(string rule, IReadOnlyList<LabelledClip> clips, float[][] probabilities, bool calibrated)
    {
        int[][] byPatient = [.. clips.Index().GroupBy(pair => pair.Item.Patient, pair => pair.Index).Select(group => group.ToArray())];
        Evaluation all = Evaluate(byPatient.SelectMany(patient => patient));

        // The same draws for every rule.
        var random = new SeededRandom(1);
        Evaluation[] drawn = [.. Enumerable.Range(0, Resamples).Select(_ =>
            Evaluate(Enumerable.Range(0, byPatient.Length).SelectMany(_ => byPatient[random.Whole(0, byPatient.Length - 1)])))];
        return new RuleFigures(
            rule,
            Interval(e => e.Accuracy),
            Interval(e => e.WithinOne),
            Interval(e => e.MacroF1),
            Interval(e => e.QuadraticKappa),
            calibrated ? Interval(e => e.CalibrationError) : null,
            all.Confusion);

        Evaluation Evaluate(IEnumerable<int> chosen)
        {
            int[] numbers = [.. chosen];
            return Evaluation.Of([.. numbers.Select(i => probabilities[i])], [.. numbers.Select(i => clips[i].Severity)]);
        }

        Figure Interval(Func<Evaluation, double> figure)
        {
            double[] sorted = [.. drawn.Select(figure).Order()];
            return new Figure(Rounded(figure(all)), Rounded(sorted[(int)(sorted.Length * Tail)]), Rounded(sorted[(int)(sorted.Length * (1 - Tail))]));
        }
    }

    private static float[] Mean(IReadOnlyList<FrameGrade> frames) =>
        [.. Enumerable.Range(0, Scheme.Grades.Count).Select(grade => frames.Average(frame => frame.P[grade]))];

    private static int Expected(float[] p) => (int)Math.Round(p.Index().Sum(pair => (double)pair.Index * pair.Item));

    /// <summary>The appliance's own aggregation. Only some frames of the clip were graded, so of its rule the share decides.</summary>
    private static int ByTheAppliance(IReadOnlyList<FrameGrade> frames)
    {
        var aggregator = new Aggregator(Scheme, 0, new AggregateOptions(), wholeFeedIsOneClip: true, bestGuess: true);
        foreach (FrameGrade frame in frames)
            aggregator.Add(frame.Frame, null, DateTimeOffset.UnixEpoch, frame.Frame * FrameInterval, FrameState.Live, [.. frame.P]);
        return aggregator.CloseClip()!.Severity!.Value;
    }

    private static float[] Sure(int grade)
    {
        var p = new float[Scheme.Grades.Count];
        p[grade] = 1;
        return p;
    }

    private static double Rounded(double value) => Math.Round(value, 4);
}
