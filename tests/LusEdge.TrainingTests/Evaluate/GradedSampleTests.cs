using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Evaluate;

/// <summary>Checks every figure against a second way to compute it: by hand, by brute force, or with scikit-learn.</summary>
public sealed class GradedSampleTests
{
    private static readonly int[] Labels = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 0, 1];

    private static readonly float[][] Probabilities =
    [
        [0.7f, 0.2f, 0.1f], [0.4f, 0.4f, 0.2f], [0.2f, 0.5f, 0.3f], [0.1f, 0.8f, 0.1f], [0.3f, 0.4f, 0.3f], [0.6f, 0.3f, 0.1f],
        [0.1f, 0.1f, 0.8f], [0.2f, 0.2f, 0.6f], [0.1f, 0.5f, 0.4f], [0.5f, 0.2f, 0.3f], [0.8f, 0.1f, 0.1f], [0.2f, 0.3f, 0.5f],
    ];

    private static readonly int[] Patients = [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4];

    [Fact]
    public void The_figures_match_scikit_learn()
    {
        // scikit-learn 1.2.1 on the twelve rows above, labels y, probabilities P, grades g = P.argmax(1): accuracy_score(y, g),
        // precision_recall_fscore_support(y, g), f1_score(average="macro"), cohen_kappa_score(weights="quadratic"),
        // roc_auc_score(y == c, P[:, c]), roc_auc_score(y, P, multi_class="ovr"), ((P - eye(3)[y]) ** 2).sum(1).mean().
        SampleMetrics all = Once();
        Assert.Equal(0.5833333333333334, all.Confusion.Accuracy, 1e-12);
        Assert.Equal([0.6, 0.5, 0.6666666666666666], [.. Classes(all.Confusion.Precision)]);
        Assert.Equal([0.75, 0.5, 0.5], [.. Classes(all.Confusion.Recall)]);
        Assert.Equal([2 / 3.0, 0.5, 4 / 7.0], [.. Classes(all.Confusion.F1)]);
        Assert.Equal(0.5793650793650794, all.Confusion.MacroF1, 1e-12);
        Assert.Equal(0.5, all.Confusion.QuadraticKappa, 1e-12);
        Assert.Equal([0.8125, 0.734375, 0.90625], all.Auc!);
        Assert.Equal(0.8177083333333334, all.MacroAuc, 1e-12);
        Assert.Equal(0.4733333333333334, all.Brier, 1e-6);
    }

    [Fact]
    public void The_quadratic_kappa_matches_Cohens_own_example()
    {
        // The table of Cohen 1968 (200 patients, two raters). scikit-learn gives the unweighted kappa printed there, .492, and
        // with weights="quadratic" 0.4545454545454546. By hand, with row sums 100 60 40 and column sums 120 60 20:
        var cohen = new ConfusionMatrix([[88, 10, 2], [14, 40, 6], [18, 10, 12]]);
        double found = 10 + 14 + 6 + 10 + 4 * (2 + 18);
        double byChance = (100 * 60 + 60 * 120 + 60 * 20 + 40 * 60 + 4 * (100 * 20 + 40 * 120)) / 200.0;
        double byHand = 1 - found / byChance;
        Assert.Equal(0.4545454545454546, byHand, 1e-12);
        Assert.Equal(byHand, cohen.QuadraticKappa, 1e-12);
        Assert.Equal(0, new ConfusionMatrix([[2, 0], [0, 0]]).QuadraticKappa);
    }

    [Fact]
    public void The_area_under_the_curve_is_the_share_of_correctly_ordered_pairs()
    {
        SampleMetrics all = Once();
        for (int c = 0; c < 3; c++)
        {
            double won = (from hit in Enumerable.Range(0, 12)
                          from other in Enumerable.Range(0, 12)
                          where Labels[hit] == c && Labels[other] != c
                          select Math.Sign(Probabilities[hit][c] - Probabilities[other][c]) / 2.0 + 0.5).Average();
            Assert.Equal(won, all.Auc![c], 1e-12);
        }
    }

    [Fact]
    public void The_calibration_error_compares_confidence_and_accuracy_bin_by_bin()
    {
        // Confidence 0.9 right, 0.8 wrong, 0.85 right, 0.6 wrong: |0.9 - 1| + |0.8 + 0.85 - 1| + |0.6 - 0|, over 4.
        SampleMetrics four =
            new GradedSample([0, 1, 0, 1], [[0.9f, 0.1f], [0.8f, 0.2f], [0.85f, 0.15f], [0.6f, 0.4f]], [0, 0, 0, 0]).Measure([1]);
        Assert.Equal((0.1 + 0.65 + 0.6) / 4, four.Reliability!.CalibrationError, 1e-6);
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0, 2, 1], four.Reliability.Counts.Select(bin => bin.Count));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], four.Reliability.Counts.Select(bin => bin.Right));
    }

    [Fact]
    public void Risk_and_coverage_match_values_computed_by_hand()
    {
        // From the most confident: right, wrong, right, wrong. The risks are 0, 1/2, 1/3, 1/2.
        RiskCoverage four = new GradedSample([0, 1, 0, 1], [[0.9f, 0.1f], [0.8f, 0.2f], [0.7f, 0.3f], [0.6f, 0.4f]], [0, 0, 0, 0])
            .Measure([1]).RiskCoverage!;
        Assert.Equal((0 + 1 / 2.0 + 1 / 3.0 + 1 / 2.0) / 4, four.Area, 1e-12);
        Assert.Equal([1 / 2.0, 1 / 3.0, 1 / 2.0], new[] { 0.5, 0.75, 0.9 }.Select(coverage => 1 - four.AccuracyAt(coverage)),
            (a, b) => Math.Abs(a - b) < 1e-12);

        // All equally confident: half of the pictures are wrong, however many are kept.
        RiskCoverage tied = new GradedSample([0, 1, 0, 1], [[0.9f, 0.1f], [0.9f, 0.1f], [0.9f, 0.1f], [0.9f, 0.1f]], [0, 0, 0, 0])
            .Measure([1]).RiskCoverage!;
        Assert.Equal(0.5, tied.Area, 1e-12);
        Assert.All(tied.Risks, risk => Assert.Equal(0.5, risk, 1e-12));
    }

    [Fact]
    public void A_draw_gives_the_same_figures_as_the_drawn_pictures_themselves()
    {
        GradedSample sample = new(Labels, Probabilities, Patients);
        int[] times = [2, 0, 1, 3, 1];
        int[] gathered = [.. Enumerable.Range(0, 12).SelectMany(i => Enumerable.Repeat(i, times[Patients[i]]))];
        Same(
            new GradedSample([.. gathered.Select(i => Labels[i])], [.. gathered.Select(i => Probabilities[i])],
                [.. gathered.Select(i => Patients[i])]).Measure([1, 1, 1, 1, 1]),
            sample.Measure(times));
    }

    [Fact]
    public void The_order_of_the_pictures_does_not_matter()
    {
        int[] order = [.. Enumerable.Range(0, 12).OrderBy(i => i * 7 % 12)];
        Same(Once(), new GradedSample([.. order.Select(i => Labels[i])], [.. order.Select(i => Probabilities[i])],
            [.. order.Select(i => Patients[i])]).Measure([1, 1, 1, 1, 1]));
    }

    [Fact]
    public void Perfect_predictions_are_perfect_in_every_figure()
    {
        SampleMetrics perfect = new GradedSample(Labels, [.. Labels.Select(Sure)], Patients).Measure([1, 1, 1, 1, 1]);
        Assert.Equal(
            [1, 1, 1, 1, 1, 0, 0, 0],
            [
                perfect.Confusion.Accuracy, perfect.Confusion.WithinOne, perfect.Confusion.MacroF1,
                perfect.Confusion.QuadraticKappa, perfect.MacroAuc,
                perfect.Reliability!.CalibrationError, perfect.Brier, perfect.RiskCoverage!.Area,
            ]);
    }

    [Fact]
    public void A_constant_grade_has_no_skill()
    {
        SampleMetrics constant = new GradedSample(Labels, [.. Labels.Select(_ => Sure(1))], Patients).Measure([1, 1, 1, 1, 1]);
        Assert.Equal(4 / 12.0, constant.Confusion.Accuracy, 1e-12);
        Assert.Equal(0, constant.Confusion.QuadraticKappa);
        Assert.Equal([0.5, 0.5, 0.5], constant.Auc!);
        Assert.Equal(8 / 12.0, constant.RiskCoverage!.Area, 1e-12);
        Assert.Equal(8 / 12.0, constant.Reliability!.CalibrationError, 1e-12);
        Assert.Equal(2 * 8 / 12.0, constant.Brier, 1e-12);
        Assert.True(double.IsNaN(constant.Confusion.Precision(0)), "Grade 0 was never given.");
    }

    [Fact]
    public void A_class_without_pictures_does_not_affect_the_others()
    {
        SampleMetrics two = new GradedSample(
            [0, 1, 0, 1], [[0.9f, 0.1f, 0], [0.4f, 0.6f, 0], [0.7f, 0.3f, 0], [0.8f, 0.2f, 0]], [0, 0, 0, 0]).Measure([1]);
        Assert.True(double.IsNaN(two.Auc![2]) && double.IsNaN(two.Confusion.Recall(2)), "There is nothing to distinguish.");
        Assert.Equal((two.Auc[0] + two.Auc[1]) / 2, two.MacroAuc, 1e-12);

        // Still averaged over all three classes: 2 * 2 / (2 + 3), 2 * 1 / (2 + 1) and 0.
        Assert.Equal((0.8 + 2 / 3.0 + 0) / 3, two.Confusion.MacroF1, 1e-12);
    }

    [Fact]
    public void Starred_grades_are_merged_into_their_severity()
    {
        var seven = new int[7][];
        for (int row = 0; row < 7; row++) seven[row] = [.. Enumerable.Range(0, 7).Select(column => 10 * row + column)];
        ConfusionMatrix four = new ConfusionMatrix(seven).Merge([0, 0, 1, 1, 2, 2, 3]);
        Assert.Equal([22, 30, 38, 22], four.Counts[0]);
        Assert.Equal([121, 125, 129, 66], four.Counts[3]);
        Assert.Equal(seven.Sum(row => row.Sum()), four.Total);
    }

    private static SampleMetrics Once() => new GradedSample(Labels, Probabilities, Patients).Measure([1, 1, 1, 1, 1]);

    private static IEnumerable<double> Classes(Func<int, double> of) => [of(0), of(1), of(2)];

    private static float[] Sure(int c) => [.. Enumerable.Range(0, 3).Select(i => i == c ? 1f : 0)];

    private static void Same(SampleMetrics expected, SampleMetrics measured)
    {
        Assert.Equal(expected.Confusion.Counts, measured.Confusion.Counts);
        Assert.Equal(expected.Auc, measured.Auc);
        Assert.Equal(expected.Brier, measured.Brier, 1e-9);
        Assert.Equal(expected.Reliability!.CalibrationError, measured.Reliability!.CalibrationError, 1e-9);
        Assert.Equal(expected.RiskCoverage!.Area, measured.RiskCoverage!.Area, 1e-9);
        Assert.Equal(expected.RiskCoverage.Risks, measured.RiskCoverage.Risks);
    }
}
