using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace LusEdge.Training.Report;

/// <summary>
/// An empty chart in the style of the report: no background, no frame, and black becomes the page's text colour.
/// </summary>
internal static class ChartSheet
{
    /// <summary>Okabe and Ito's blue, for the first series. The style sheet refers to this value.</summary>
    public static readonly Color First = Color.FromHex("#0072B2");

    /// <summary>Okabe and Ito's vermilion, for the second series.</summary>
    public static readonly Color Second = Color.FromHex("#D55E00");

    /// <summary>A gray that is visible on light and dark pages.</summary>
    public static readonly Color Quiet = Color.FromHex("#8A8F98");

    private const float TextSize = 13;

    /// <summary>Creates a chart with named axes.</summary>
    /// <param name="across">The label of the horizontal axis, with its unit.</param>
    /// <param name="up">The label of the vertical axis.</param>
    /// <exception cref="TrainingException">The machine has no font.</exception>
    public static Plot Create(string across, string up)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Right.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.XLabel(across);
        plot.YLabel(up);
        plot.Font.Set(FontName());
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.Label.FontSize = TextSize;
            axis.Label.Bold = false;
            axis.TickLabelStyle.FontSize = TextSize;
        }

        plot.Legend.FontSize = TextSize;
        plot.Legend.SymbolWidth = 34;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        return plot;
    }

    /// <summary>Sets both axes to 0 to 1, plus a small margin so that nothing is cut off at the edge.</summary>
    public static void Shares(Plot plot)
    {
        plot.Axes.SetLimits(0, 1.04, 0, 1.04);
        plot.Axes.Bottom.TickGenerator = new NumericManual([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"]);
        plot.Axes.Left.TickGenerator = new NumericManual([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"]);
    }

    /// <summary>Adds a line through points, without markers.</summary>
    public static ScottPlot.Plottables.Scatter Line(
        Plot plot, Coordinates[] points, Color color, LinePattern pattern, string? legend)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter(points);
        line.Color = color;
        line.LineWidth = 1.8f;
        line.LinePattern = pattern;
        line.MarkerSize = 0;
        if (legend is not null) line.LegendText = legend;
        return line;
    }

    /// <summary>Renders the chart.</summary>
    /// <param name="plot">The chart.</param>
    /// <param name="width">The width of its coordinate system; the page scales it.</param>
    /// <param name="height">The height of its coordinate system.</param>
    public static string ToSvg(Plot plot, int width, int height)
    {
        // Above the data, where the legend hides nothing.
        if (plot.GetPlottables().Any(shown => shown.LegendItems.Any(item => item.LabelText.Length > 0)))
            plot.ShowLegend(Edge.Top);
        string svg = plot.GetSvgXml(width, height);
        return svg[svg.IndexOf("<svg", StringComparison.Ordinal)..]
            .Replace($"width=\"{width}\" height=\"{height}\">", $"viewBox=\"0 0 {width} {height}\">", StringComparison.Ordinal)
            .Replace('\t', ' ');
    }

    /// <summary>
    /// Verdana and DejaVu Sans have the same width, so a layout made with one fits where the page is read with the other.
    /// </summary>
    private static string FontName()
    {
        string[] families = [.. SKFontManager.Default.FontFamilies];
        return families.FirstOrDefault(family => family == "DejaVu Sans") ?? families.FirstOrDefault()
            ?? throw new TrainingException(TrainingFailure.FontMissing,
                "this machine has no font to draw charts with; install one, for instance the package fonts-dejavu-core.");
    }
}
