namespace LusEdge.Training.Evaluate;

/// <summary>How well a way of grading agrees with the experts. Figures that need probabilities are null for rules that give none.</summary>
/// <param name="Rule">What is graded and how, for instance how a clip's grade comes from its frames.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share whose grade is right or a neighbour of it in class order.</param>
/// <param name="MacroF1">F1 averaged over the classes.</param>
/// <param name="QuadraticKappa">Agreement beyond chance, misses weighted by their square (Cohen 1968).</param>
/// <param name="Auc">One class against the rest, averaged over the classes.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins of the highest probability (Guo et al. 2017).</param>
/// <param name="Brier">Squared distance of the probabilities from the truth, 0 to 2 (Brier 1950).</param>
/// <param name="RiskCoverageArea">Share of wrong grades averaged over every number of the surest that is kept (El-Yaniv and Wiener 2010).</param>
/// <param name="AccuracyAtCoverage">Share with the right grade among the surest part.</param>
/// <param name="Classes">Each class apart, in class order.</param>
/// <param name="Confusion">Counts: a row a label, a column a grade given.</param>
/// <param name="Severity">The same with starred grades counted as their integer part; null for a scale without any.</param>
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
/// <param name="Grade">The class, as the scale labels it.</param>
/// <param name="Support">How many have it by label.</param>
/// <param name="Precision">Of those given the grade, the share that has it; null when it was never given.</param>
/// <param name="Recall">Of those that have the grade, the share that was given it; null when none has it.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Auc">This class against the rest; null without probabilities or when one side is empty.</param>
internal sealed record ClassFigures(string Grade, int Support, Figure? Precision, Figure? Recall, Figure F1, Figure? Auc);

/// <summary>The share with the right grade when only the surest are kept.</summary>
/// <param name="Coverage">Share that is kept, 0-1.</param>
/// <param name="Accuracy">Of those, the share with the right grade.</param>
internal sealed record CoverageFigure(double Coverage, Figure Accuracy);

/// <summary>Figures of a starred scale by the integer that is summed: 1 and 1* are both severity 1.</summary>
/// <param name="Accuracy">Share with the right severity.</param>
/// <param name="WithinOne">Share whose severity is right or a neighbour of it.</param>
/// <param name="MacroF1">F1 averaged over the severities.</param>
/// <param name="QuadraticKappa">Agreement beyond chance, misses weighted by their square.</param>
/// <param name="Confusion">Counts: a row a label's severity, a column the severity given.</param>
internal sealed record SeverityFigures(
    Figure Accuracy, Figure WithinOne, Figure MacroF1, Figure QuadraticKappa, IReadOnlyList<IReadOnlyList<int>> Confusion);

/// <summary>A figure, rounded to four decimals, and the interval that holds the middle 95 % of its values when the patients are drawn anew.</summary>
internal sealed record Figure(double Value, double Low, double High);
