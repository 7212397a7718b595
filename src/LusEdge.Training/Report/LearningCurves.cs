using System.Globalization;
using LusEdge.Training.Experiments;
using ScottPlot;

namespace LusEdge.Training.Report;

/// <summary>Loss and agreement by epoch, one line per fold.</summary>
internal static class LearningCurves
{
    private const int Width = 560, Height = 380;

    /// <summary>
    /// Draws the curves: the losses, and the kappa on the validation clips. These belong to training patients, never to the
    /// held-out fold.
    /// </summary>
    /// <param name="history">The history of all folds.</param>
    public static IEnumerable<Chart> Draw(IReadOnlyList<HistoryRow> history)
    {
        if (history.Count > 0)
        {
            Plot plot = ChartSheet.Create("epoch", "loss");
            Add(plot, history, "training", point => point.TrainLoss, ChartSheet.Second, LinePattern.Dashed);
            Add(plot, history, "validation clips", point => point.ValidationLoss, ChartSheet.First, LinePattern.Solid);
            yield return new Chart(
                "Loss by epoch: one line per fold, and one for the final model if it was trained. "
                    + "If the training loss keeps falling while the validation loss rises, the network is memorising patients.",
                $"Learning curves. {Describe(history, "training loss", p => p.TrainLoss)} "
                    + $"{Describe(history, "validation loss", p => p.ValidationLoss)}",
                ChartSheet.ToSvg(plot, Width, Height));
        }

        if (history.Any(point => point.ValidationQwk is not null))
        {
            Plot plot = ChartSheet.Create("epoch", "quadratic-weighted kappa");
            Add(plot, history, "validation clips", point => point.ValidationQwk, ChartSheet.First, LinePattern.Solid);
            yield return new Chart(
                "Agreement on the validation clips by epoch, one line per fold: 1 is perfect, 0 is chance.",
                $"Kappa by epoch. {Describe(history, "kappa", p => p.ValidationQwk)}",
                ChartSheet.ToSvg(plot, Width, Height));
        }
    }

    private static void Add(
        Plot plot, IReadOnlyList<HistoryRow> history, string what, Func<HistoryRow, double?> of, Color color, LinePattern pattern)
    {
        string? legend = what;
        foreach (IGrouping<string, HistoryRow> fold in history.GroupBy(point => point.Fold))
        {
            Coordinates[] points =
                [.. fold.Where(point => of(point) is not null).Select(point => new Coordinates(point.Epoch, of(point)!.Value))];
            if (points.Length == 0) continue;
            ScottPlot.Plottables.Scatter line = ChartSheet.Line(plot, points, color, pattern, legend);

            // A single epoch would not be visible as a line.
            if (points.Length == 1) line.MarkerSize = 7;
            legend = null;
        }
    }

    private static string Describe(IReadOnlyList<HistoryRow> history, string what, Func<HistoryRow, double?> of) =>
        string.Join(" ", history
        .GroupBy(point => point.Fold)
        .Select(fold => (Fold: fold.Key, Values: fold.Select(of).OfType<double>().ToArray()))
        .Where(fold => fold.Values.Length > 0)
        .Select(fold => string.Create(
            CultureInfo.InvariantCulture, $"Fold {fold.Fold}: {what} from {fold.Values[0]:0.00} to {fold.Values[^1]:0.00}.")));
}
