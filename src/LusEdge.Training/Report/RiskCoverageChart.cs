using LusEdge.Training.Evaluate;
using ScottPlot;

namespace LusEdge.Training.Report;

/// <summary>What leaving out the least sure would gain: the share of wrong grades by how much is graded.</summary>
internal static class RiskCoverageChart
{
    private const int Width = 400, Height = 380;

    /// <summary>Draws.</summary>
    /// <param name="set">The figures of a set, with what was drawn for them.</param>
    public static Chart Draw(SetFigures set)
    {
        Plot plot = ChartSheet.Create("coverage: share graded, the surest first", "risk: share of these that is wrong");
        ChartSheet.Shares(plot);
        Add(plot, "clips", set.DrawnClips!, ChartSheet.First, LinePattern.Solid);
        Add(plot, "frames", set.DrawnFrames!, ChartSheet.Second, LinePattern.Dashed);
        return new Chart(
            $"Risk and coverage on {set.Dataset}. A model that knows when it is wrong has a line that rises to the right; a flat one gains nothing by keeping silent. Shaded: 95 % intervals.",
            $"Risk by coverage on {set.Dataset}, clips: {Spoken(set.DrawnClips!)}; frames: {Spoken(set.DrawnFrames!)}.",
            ChartSheet.ToSvg(plot, Width, Height));
    }

    private static void Add(Plot plot, string what, DrawnFigures drawn, Color color, LinePattern pattern)
    {
        double[] coverages = [.. RiskCoverage.Coverages];
        (double Low, double High)[] band = [.. coverages.Select((_, i) => PatientDraws.Interval([.. drawn.Drawn.Select(draw => draw.RiskCoverage!.Risks[i]).Order()]))];
        ScottPlot.Plottables.FillY filled = plot.Add.FillY(coverages, [.. band.Select(b => b.Low)], [.. band.Select(b => b.High)]);
        filled.FillColor = color.WithAlpha(0.18);
        filled.LineWidth = 0;
        filled.MarkerSize = 0;
        ChartSheet.Line(plot, [.. coverages.Zip(drawn.All.RiskCoverage!.Risks, (x, y) => new Coordinates(x, y))], color, pattern, what);
    }

    private static string Spoken(DrawnFigures drawn) => string.Join(", ", RiskCoverage.Coverages.Index()
        .Where(pair => pair.Index % 5 == 4)
        .Select(pair => FormattableString.Invariant($"{drawn.All.RiskCoverage!.Risks[pair.Index]:0.00} at {pair.Item:0.00}")));
}
