namespace LusEdge.Training.Evaluate;

/// <summary>
/// How well a way of grading agrees with the experts. Figures that need probabilities are null for rules without them.
/// </summary>
/// <param name="Rule">How the grade is determined, for instance how a clip's grade follows from its frames.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share with the right grade or one next to it in class order.</param>
/// <param name="MacroF1">F1 averaged over the classes.</param>
/// <param name="QuadraticKappa">Agreement beyond chance, with misses weighted by their squared distance (Cohen 1968).</param>
/// <param name="Auc">AUC of one class against the rest, averaged over the classes.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins of the highest probability (Guo et al. 2017).</param>
/// <param name="Brier">Squared distance between probabilities and truth, 0 to 2 (Brier 1950).</param>
/// <param name="RiskCoverageArea">
/// Share of wrong grades among the most confident, averaged over every number kept (El-Yaniv and Wiener 2010).
/// </param>
/// <param name="AccuracyAtCoverage">Share with the right grade among the most confident.</param>
/// <param name="Classes">The figures of each class, in class order.</param>
/// <param name="Confusion">Counts: one row per label, one column per given grade.</param>
/// <param name="Severity">
/// The same with starred grades counted as their integer part; null for a scale without starred grades.
/// </param>
internal sealed record RuleFigures(
    string Rule,
    Figure Accuracy,
    Figure WithinOne,
    Figure MacroF1,
    Figure QuadraticKappa,
    Figure? Auc,
    Figure? CalibrationError,
    Figure? Brier,
    Figure? RiskCoverageArea,
    IReadOnlyList<CoverageFigure>? AccuracyAtCoverage,
    IReadOnlyList<ClassFigures> Classes,
    IReadOnlyList<IReadOnlyList<int>> Confusion,
    SeverityFigures? Severity);

/// <summary>One class against the others.</summary>
/// <param name="Grade">The class, as labelled on the scale.</param>
/// <param name="Support">The number of items with this label.</param>
/// <param name="Precision">The share of items given the grade that have it; null if it was never given.</param>
/// <param name="Recall">The share of items of the grade that were given it; null if there are none.</param>
/// <param name="F1">Harmonic mean of precision and recall.</param>
/// <param name="Auc">This class against the rest; null without probabilities or if one side is empty.</param>
internal sealed record ClassFigures(string Grade, int Support, Figure? Precision, Figure? Recall, Figure F1, Figure? Auc);

/// <summary>The share with the right grade when only the most confident are kept.</summary>
/// <param name="Coverage">The share kept, 0-1.</param>
/// <param name="Accuracy">The share of these with the right grade.</param>
internal sealed record CoverageFigure(double Coverage, Figure Accuracy);

/// <summary>
/// Figures of a starred scale by severity, the integer that the appliance sums up: 1 and 1* are both severity 1.
/// </summary>
/// <param name="Accuracy">Share with the right severity.</param>
/// <param name="WithinOne">Share with the right severity or one next to it.</param>
/// <param name="MacroF1">F1 averaged over the severities.</param>
/// <param name="QuadraticKappa">Agreement beyond chance, with misses weighted by their squared distance.</param>
/// <param name="Confusion">Counts: one row per labelled severity, one column per given severity.</param>
internal sealed record SeverityFigures(
    Figure Accuracy, Figure WithinOne, Figure MacroF1, Figure QuadraticKappa, IReadOnlyList<IReadOnlyList<int>> Confusion);

/// <summary>A figure rounded to four decimals, and its 95 % interval over bootstrap draws of the patients.</summary>
internal sealed record Figure(double Value, double Low, double High);
