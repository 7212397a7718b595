using LusEdge.Training.Evaluate;
using ScottPlot;

namespace LusEdge.Training.Report;

/// <summary>
/// Shows whether 70 % confidence means right in 7 of 10 cases: the share of right grades by confidence, bin by bin.
/// </summary>
internal static class ReliabilityChart
{
    private const int Width = 400, Height = 380;
    private const double BinWidth = 1.0 / Reliability.Bins;

    /// <summary>Draws the chart.</summary>
    /// <param name="what">What is graded, in the plural.</param>
    /// <param name="drawn">The measurements, with probabilities.</param>
    public static Chart Draw(string what, DrawnFigures drawn)
    {
        Plot plot = ChartSheet.Create("confidence: the highest probability", "share of right grades");
        ChartSheet.Shares(plot);
        int total = drawn.All.Reliability!.Counts.Sum(bin => bin.Count);
        var points = new List<Coordinates>();
        for (int bin = 0; bin < Reliability.Bins; bin++)
        {
            (int count, int right, double confidence) = drawn.All.Reliability.Counts[bin];
            if (count == 0) continue;
            double x = confidence / count;
            ScottPlot.Plottables.Rectangle filled =
                plot.Add.Rectangle(bin * BinWidth + 0.01, (bin + 1) * BinWidth - 0.01, 0, (double)count / total);
            filled.FillColor = ChartSheet.Quiet.WithAlpha(0.35);
            filled.LineWidth = 0;
            double[] shares = [.. drawn.Drawn.Select(draw => draw.Reliability!.Counts[bin]).Where(b => b.Count > 0)
                .Select(b => (double)b.Right / b.Count).Order()];
            (double low, double high) = PatientDraws.Interval(shares);
            ScottPlot.Plottables.LinePlot interval = plot.Add.Line(x, low, x, high);
            interval.Color = ChartSheet.First;
            interval.LineWidth = 1.5f;
            points.Add(new Coordinates(x, (double)right / count));
        }

        ScottPlot.Plottables.Scatter measured = plot.Add.ScatterPoints(points);
        measured.Color = ChartSheet.First;
        measured.MarkerSize = 9;
        measured.LegendText = "measured, 95 % interval";

        // Drawn last, because everything drawn after a dashed line becomes dashed, which Skia can't write for markers and areas.
        ChartSheet.Line(plot, [new(0, 0), new(1, 1)], ChartSheet.Quiet, LinePattern.Dashed, "perfect calibration");
        IEnumerable<string> spoken = points.Select(p => FormattableString.Invariant($"confidence {p.X:0.00}, right {p.Y:0.00}"));
        return new Chart(
            $"Reliability of {what}. Above the dashed line the model is right more often than it says; "
                + $"below, it is overconfident. Gray bars: the share of {what} with that confidence.",
            $"Reliability diagram of {what}: {string.Join("; ", spoken)}.",
            ChartSheet.ToSvg(plot, Width, Height));
    }
}
