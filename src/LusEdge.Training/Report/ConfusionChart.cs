using System.Globalization;
using LusEdge.Training.Evaluate;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace LusEdge.Training.Report;

/// <summary>A confusion matrix: one row per label, with cells darker the larger their share of the row.</summary>
internal static class ConfusionChart
{
    private const int Side = 420;

    private static readonly Color Light = Color.FromHex("#F3F7FB");
    private static readonly Color Dark = Color.FromHex("#08407E");
    private static readonly Color OnLight = Color.FromHex("#1B1B1B");

    /// <summary>Draws the chart.</summary>
    /// <param name="what">What is counted, for the caption.</param>
    /// <param name="rule">The figures.</param>
    public static Chart Draw(string what, RuleFigures rule)
    {
        int classes = rule.Confusion.Count;
        Plot plot = ChartSheet.Create("the model's grade", "the experts' grade");
        plot.HideGrid();
        for (int row = 0; row < classes; row++)
        {
            double total = Math.Max(1, rule.Confusion[row].Sum());
            for (int column = 0; column < classes; column++)
            {
                int count = rule.Confusion[row][column];
                double share = count / total;
                double y = classes - 1 - row;
                ScottPlot.Plottables.Rectangle cell = plot.Add.Rectangle(column - 0.48, column + 0.48, y - 0.48, y + 0.48);
                cell.FillColor = Light.MixedWith(Dark, share);
                cell.LineWidth = 0;
                Write(plot, count.ToString(CultureInfo.InvariantCulture), column, y + 0.1, 17, share);
                Write(plot, share.ToString("P0", CultureInfo.InvariantCulture), column, y - 0.22, 11, share);
            }
        }

        double[] places = [.. Enumerable.Range(0, classes).Select(i => (double)i)];
        string[] grades = [.. rule.Classes.Select(c => c.Grade)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, grades);
        plot.Axes.Left.TickGenerator = new NumericManual(places, [.. grades.Reverse()]);
        plot.Axes.SetLimits(-0.5, classes - 0.5, -0.5, classes - 0.5);
        IEnumerable<string> spoken = rule.Classes.Zip(rule.Confusion, (c, row) => $"grade {c.Grade}: {string.Join(", ", row)}");
        return new Chart(
            $"{what}. Rows are the experts' grades, columns the model's; correct grades are on the diagonal. "
                + "Each cell shows the count and its share of the row, which also determines the colour.",
            $"Confusion matrix of {what}: {string.Join("; ", spoken)}.",
            ChartSheet.ToSvg(plot, Side, Side));
    }

    private static void Write(Plot plot, string text, double x, double y, float size, double share)
    {
        ScottPlot.Plottables.Text written = plot.Add.Text(text, x, y);
        written.LabelFontSize = size;
        written.LabelAlignment = Alignment.MiddleCenter;
        written.LabelFontColor = share > 0.7 ? Colors.White : OnLight;
    }

    private static Color MixedWith(this Color from, Color to, double share) => new(
        Between(from.R, to.R, share), Between(from.G, to.G, share), Between(from.B, to.B, share));

    private static byte Between(byte from, byte to, double share) => (byte)Math.Round(from + (to - from) * share);
}
