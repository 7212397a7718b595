using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace LusEdge.Training.Report;

/// <summary>An empty chart in the report's style: no background, no frame, what is black takes the page's ink.</summary>
internal static class ChartSheet
{
    /// <summary>Okabe and Ito's blue: the first thing shown. The page's style knows it by this value.</summary>
    public static readonly Color First = Color.FromHex("#0072B2");

    /// <summary>Okabe and Ito's vermilion: the second.</summary>
    public static readonly Color Second = Color.FromHex("#D55E00");

    /// <summary>Neither light nor dark: seen on any page.</summary>
    public static readonly Color Quiet = Color.FromHex("#8A8F98");

    private const float TextSize = 13;

    /// <summary>A chart with named axes.</summary>
    /// <param name="across">What the horizontal axis shows, with its unit.</param>
    /// <param name="up">What the vertical axis shows.</param>
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

    /// <summary>Both axes from 0 to 1, and a little more so that what lies on the edge is seen whole.</summary>
    public static void Shares(Plot plot)
    {
        plot.Axes.SetLimits(0, 1.04, 0, 1.04);
        plot.Axes.Bottom.TickGenerator = new NumericManual([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"]);
        plot.Axes.Left.TickGenerator = new NumericManual([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"]);
    }

    /// <summary>A line through points, without marks.</summary>
    public static ScottPlot.Plottables.Scatter Line(Plot plot, Coordinates[] points, Color color, LinePattern pattern, string? legend)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter(points);
        line.Color = color;
        line.LineWidth = 1.8f;
        line.LinePattern = pattern;
        line.MarkerSize = 0;
        if (legend is not null) line.LegendText = legend;
        return line;
    }

    /// <summary>The drawing.</summary>
    /// <param name="plot">The chart.</param>
    /// <param name="width">Width of its coordinate system; the page scales it.</param>
    /// <param name="height">Height.</param>
    public static string ToSvg(Plot plot, int width, int height)
    {
        // Above the data, where it hides nothing.
        if (plot.GetPlottables().Any(shown => shown.LegendItems.Any(item => item.LabelText.Length > 0))) plot.ShowLegend(Edge.Top);
        string svg = plot.GetSvgXml(width, height);
        return svg[svg.IndexOf("<svg", StringComparison.Ordinal)..]
            .Replace($"width=\"{width}\" height=\"{height}\">", $"viewBox=\"0 0 {width} {height}\">", StringComparison.Ordinal)
            .Replace('\t', ' ');
    }

    /// <summary>Verdana and DejaVu Sans are of the same width, so what is laid out with the one fits where the page is read with the other.</summary>
    private static string FontName()
    {
        string[] families = [.. SKFontManager.Default.FontFamilies];
        return families.FirstOrDefault(family => family == "DejaVu Sans") ?? families.FirstOrDefault()
            ?? throw new TrainingException(TrainingFailure.FontMissing, "this machine has no font to draw charts with: install one, for instance the package fonts-dejavu-core.");
    }
}
