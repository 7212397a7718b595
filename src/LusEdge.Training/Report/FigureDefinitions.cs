namespace LusEdge.Training.Report;

/// <summary>The meaning and the source of each figure, for the reader of the report.</summary>
internal static class FigureDefinitions
{
    /// <summary>One row per figure.</summary>
    public static readonly DataTable Table = new(
        "For the formulas, see docs/training.md.",
        ["figure", "what it means", "source"],
        [
            ["right grade", "share with exactly the experts' grade (accuracy)", ""],
            ["within one grade", "share with that grade or one next to it in the scale's order", ""],
            ["precision", "the share of items given the grade that have it", ""],
            ["recall", "the share of items of the grade that were given it", ""],
            ["F1, macro-F1", "harmonic mean of precision and recall; averaged over the grades with equal weight", ""],
            ["quadratic-weighted kappa",
                "agreement beyond chance, with misses weighted by their squared distance: 1 perfect, 0 chance",
                "Cohen 1968, Psychol Bull 70:213-220"],
            ["AUC, one against the rest",
                "the probability that a picture of the grade gets a higher probability of it than a picture of another grade: "
                    + "1 perfect, 0.5 chance; averaged over the grades",
                "Hanley and McNeil 1982, Radiology 143:29-36; compare Hand and Till 2001, Mach Learn 45:171-186"],
            ["expected calibration error",
                "the difference between confidence and the share of right grades, over ten bins: 0 perfect",
                "Guo et al. 2017, arXiv 1706.04599"],
            ["Brier score", "squared distance between probabilities and truth, summed over the grades: 0 perfect, 2 worst",
                "Brier 1950, Mon Weather Rev 78:1-3"],
            ["area under risk and coverage",
                "share of wrong grades among the most confident, averaged over how many are kept: lower is better",
                "El-Yaniv and Wiener 2010, J Mach Learn Res 11:1605-1641"],
            ["right among the surest 50 %", "share with the right grade if only the more confident half gets one", "as above"],
            ["interval", "the middle 95 % of the figure over 2000 draws of the patients with replacement (bootstrap)",
                "Efron 1979, Ann Stat 7:1-26"],
        ]);
}
