using LusEdge.Training.Evaluate;
using ScottPlot;

namespace LusEdge.Training.Report;

/// <summary>
/// Shows what would be gained by leaving out the least confident: the share of wrong grades by the share that is graded.
/// </summary>
internal static class RiskCoverageChart
{
    private const int Width = 400, Height = 380;

    /// <summary>Draws the chart.</summary>
    /// <param name="set">The figures of a data set, with its bootstrap draws.</param>
    public static Chart Draw(SetFigures set)
    {
        Plot plot = ChartSheet.Create("coverage: share graded, the most confident first", "risk: share of these that is wrong");
        ChartSheet.Shares(plot);
        Add(plot, "clips", set.DrawnClips!, ChartSheet.First, LinePattern.Solid);
        Add(plot, "frames", set.DrawnFrames!, ChartSheet.Second, LinePattern.Dashed);
        return new Chart(
            $"Risk and coverage on {set.Dataset}. If a model knows when it is wrong, its line rises to the right; "
                + "if the line is flat, leaving out grades gains nothing. Shaded: 95 % intervals.",
            $"Risk by coverage on {set.Dataset}, clips: {Describe(set.DrawnClips!)}; frames: {Describe(set.DrawnFrames!)}.",
            ChartSheet.ToSvg(plot, Width, Height));
    }

    private static void Add(Plot plot, string what, DrawnFigures drawn, Color color, LinePattern pattern)
    {
        double[] coverages = [.. RiskCoverage.Coverages];
        (double Low, double High)[] band = [.. coverages.Select(
            (_, i) => PatientDraws.Interval([.. drawn.Drawn.Select(draw => draw.RiskCoverage!.Risks[i]).Order()]))];
        ScottPlot.Plottables.FillY filled =
            plot.Add.FillY(coverages, [.. band.Select(b => b.Low)], [.. band.Select(b => b.High)]);
        filled.FillColor = color.WithAlpha(0.18);
        filled.LineWidth = 0;
        filled.MarkerSize = 0;
        ChartSheet.Line(
            plot, [.. coverages.Zip(drawn.All.RiskCoverage!.Risks, (x, y) => new Coordinates(x, y))], color, pattern, what);
    }

    private static string Describe(DrawnFigures drawn) => string.Join(", ", RiskCoverage.Coverages.Index()
        .Where(pair => pair.Index % 5 == 4)
        .Select(pair => FormattableString.Invariant($"{drawn.All.RiskCoverage!.Risks[pair.Index]:0.00} at {pair.Item:0.00}")));
}
