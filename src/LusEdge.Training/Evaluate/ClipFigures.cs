using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Evaluate;

/// <summary>
/// Computes all figures of the card from graded frames: for single frames, and for clips by several rules, separately for each
/// data set.
/// </summary>
internal static class ClipFigures
{
    /// <summary>The clip rule with probabilities: those of a clip are the means over its frames.</summary>
    public const string MeanRule = "highest mean probability";

    private static readonly IReadOnlyList<double> ReportedCoverages = [0.5, 0.75, 0.9];

    /// <summary>Predictions contain the frame's number but not its time; nearly all clips have 25 frames per second.</summary>
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Computes the figures.</summary>
    /// <param name="clips">The index.</param>
    /// <param name="grades">The graded frames, at least one per clip.</param>
    /// <param name="scheme">The scale; null for the built-in scale with this number of classes.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancel">Stops the work.</param>
    public static IReadOnlyList<SetFigures> Of(
        IReadOnlyList<LabelledClip> clips,
        IReadOnlyList<FrameGrade> grades,
        ScoringScheme? scheme = null,
        IProgress<WorkProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ILookup<string, FrameGrade> byFile = grades.ToLookup(grade => grade.File);
        scheme ??= Schemes.ByClasses(grades[0].P.Count);
        return [.. clips.GroupBy(clip => clip.Dataset).Select(set => Of(set.Key, [.. set], byFile, scheme, progress, cancel))];
    }

    private static SetFigures Of(
        string dataset,
        IReadOnlyList<LabelledClip> clips,
        ILookup<string, FrameGrade> byFile,
        ScoringScheme scheme,
        IProgress<WorkProgress>? progress,
        CancellationToken cancel)
    {
        List<string> names = [.. clips.Select(clip => clip.Patient).Distinct()];
        var draws = new PatientDraws(names.Count);
        int[] labels = [.. clips.Select(clip => Schemes.ClassOf(scheme, clip))];
        int[] patients = [.. clips.Select(clip => names.IndexOf(clip.Patient))];
        int[] owners = [.. clips.SelectMany((clip, i) => byFile[clip.File].Select(_ => i))];
        float[][] means = [.. clips.Select(clip => Mean([.. byFile[clip.File]], scheme.Grades.Count))];
        int majority = labels.CountBy(label => label).MaxBy(pair => pair.Value).Key;

        DrawnFigures frame = Draw(new GradedSample(
            [.. owners.Select(i => labels[i])],
            [.. clips.SelectMany(clip => byFile[clip.File].Select(grade => grade.P.ToArray()))],
            [.. owners.Select(i => patients[i])]));
        DrawnFigures mean = Draw(new GradedSample(labels, means, patients));
        return new SetFigures(dataset, clips.Count, names.Count, owners.Length, Figures("each frame", frame, scheme),
        [
            Figures(MeanRule, mean, scheme),
            Sure("mean grade, rounded", [.. means.Select(Expected)]),
            Sure("appliance's clip rule", [.. clips.Select(clip => ByTheAppliance(scheme, [.. byFile[clip.File]]))]),
            Sure($"always grade {scheme.Grades[majority]}", [.. clips.Select(_ => majority)]),
        ])
        { DrawnFrames = frame, DrawnClips = mean };

        DrawnFigures Draw(GradedSample sample) => draws.Measure(sample, $"drawing patients of {dataset}", progress, cancel);
        RuleFigures Sure(string rule, int[] given) =>
            Figures(rule, Draw(new GradedSample(labels, given, scheme.Grades.Count, patients)), scheme);
    }

    private static RuleFigures Figures(string rule, DrawnFigures drawn, ScoringScheme scheme) => new(
        rule,
        drawn.Of(m => m.Confusion.Accuracy)!,
        drawn.Of(m => m.Confusion.WithinOne)!,
        drawn.Of(m => m.Confusion.MacroF1)!,
        drawn.Of(m => m.Confusion.QuadraticKappa)!,
        drawn.Of(m => m.MacroAuc),
        drawn.Of(m => m.Reliability?.CalibrationError ?? double.NaN),
        drawn.Of(m => m.Brier),
        drawn.Of(m => m.RiskCoverage?.Area ?? double.NaN),
        drawn.All.RiskCoverage is null
            ? null
            : [.. ReportedCoverages.Select(
                coverage => new CoverageFigure(coverage, drawn.Of(m => m.RiskCoverage!.AccuracyAt(coverage))!))],
        [.. scheme.Grades.Select((grade, c) => new ClassFigures(
            grade,
            drawn.All.Confusion.Support(c),
            drawn.Of(m => m.Confusion.Precision(c)),
            drawn.Of(m => m.Confusion.Recall(c)),
            drawn.Of(m => m.Confusion.F1(c))!,
            drawn.Of(m => m.Auc?[c] ?? double.NaN)))],
        drawn.All.Confusion.Counts,
        scheme.Severities.Distinct().Count() == scheme.Grades.Count ? null : BySeverity(drawn, scheme));

    private static SeverityFigures BySeverity(DrawnFigures drawn, ScoringScheme scheme)
    {
        var merged = new DrawnFigures(Merge(drawn.All), [.. drawn.Drawn.Select(Merge)]);
        return new SeverityFigures(
            merged.Of(m => m.Confusion.Accuracy)!,
            merged.Of(m => m.Confusion.WithinOne)!,
            merged.Of(m => m.Confusion.MacroF1)!,
            merged.Of(m => m.Confusion.QuadraticKappa)!,
            merged.All.Confusion.Counts);

        SampleMetrics Merge(SampleMetrics measured) => measured with { Confusion = measured.Confusion.Merge(scheme.Severities) };
    }

    private static float[] Mean(IReadOnlyList<FrameGrade> frames, int classes) =>
        [.. Enumerable.Range(0, classes).Select(grade => frames.Average(frame => frame.P[grade]))];

    private static int Expected(float[] p) => (int)Math.Round(p.Index().Sum(pair => (double)pair.Index * pair.Item));

    /// <summary>
    /// Grades a clip by the appliance's own aggregation. Since only some frames of the clip were graded, its share rule decides.
    /// </summary>
    private static int ByTheAppliance(ScoringScheme scheme, IReadOnlyList<FrameGrade> frames)
    {
        var aggregator = new Aggregator(scheme, new AggregateOptions(), wholeFeedIsOneClip: true, bestGuess: true);
        foreach (FrameGrade frame in frames)
            aggregator.Add(
                frame.Frame, null, DateTimeOffset.UnixEpoch, frame.Frame * FrameInterval, FrameState.Live, [.. frame.P]);
        string given = aggregator.CloseClip()!.Grade!;
        return scheme.Grades.Index().First(grade => grade.Item == given).Index;
    }
}
