namespace LusEdge.Training.Report;

/// <summary>What each figure means and where it comes from, for the report's reader.</summary>
internal static class FigureDefinitions
{
    /// <summary>A row a figure.</summary>
    public static readonly DataTable Table = new(
        "For the formulas see docs/training.md.",
        ["figure", "what it means", "source"],
        [
            ["right grade", "share with the very grade of the experts (accuracy)", ""],
            ["within one grade", "share with that grade or a neighbour of it in the scale's order", ""],
            ["precision", "of those given the grade, the share that has it", ""],
            ["recall", "of those that have the grade, the share that was given it", ""],
            ["F1, macro-F1", "harmonic mean of precision and recall; averaged over the grades, each of the same weight", ""],
            ["quadratic-weighted kappa", "agreement beyond chance, a miss counted by the square of its distance: 1 perfect, 0 chance", "Cohen 1968, Psychol Bull 70:213-220"],
            ["AUC, one against the rest", "the chance that a picture of the grade gets a higher probability of it than a picture of another grade: 1 perfect, 0.5 chance; averaged over the grades", "Hanley and McNeil 1982, Radiology 143:29-36; compare Hand and Till 2001, Mach Learn 45:171-186"],
            ["expected calibration error", "how far confidence is from the share that is right, over ten bins: 0 perfect", "Guo et al. 2017, arXiv 1706.04599"],
            ["Brier score", "squared distance of the probabilities from the truth, summed over the grades: 0 perfect, 2 worst", "Brier 1950, Mon Weather Rev 78:1-3"],
            ["area under risk and coverage", "share of wrong grades among the surest, averaged over how many are kept: lower is better", "El-Yaniv and Wiener 2010, J Mach Learn Res 11:1605-1641"],
            ["right among the surest 50 %", "share with the right grade when only the surer half gets one", "as above"],
            ["interval", "the middle 95 % of the figure's values over 2000 draws of patients with replacement", "Efron 1979, Ann Stat 7:1-26"],
        ]);
}
