using System.Globalization;
using LusEdge.Training.Clips;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Report;

/// <summary>One row of <c>history.csv</c>: how the training stood after an epoch.</summary>
/// <param name="Fold">The fold that was held out, or <c>all</c> for the last model.</param>
/// <param name="Epoch">Passes over the training clips.</param>
/// <param name="TrainLoss">Null where the row has none, as the next two.</param>
/// <param name="ValidationLoss">On clips that were not trained on.</param>
/// <param name="ValidationKappa">Quadratic-weighted kappa on these.</param>
internal sealed record HistoryPoint(string Fold, double Epoch, double? TrainLoss, double? ValidationLoss, double? ValidationKappa)
{
    private static readonly string[] Columns = ["fold", "epoch", "step", "train_loss", "validation_loss", "validation_qwk"];

    /// <summary>Reads the table.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TrainingException">A row is wrong.</exception>
    public static IReadOnlyList<HistoryPoint> Load(string path)
    {
        var points = new List<HistoryPoint>();
        foreach ((int row, Dictionary<string, string> cells) in ClipIndex.Rows(path, Columns, "a training's history"))
        {
            points.Add(new HistoryPoint(
                cells["fold"],
                Number("epoch") ?? throw ClipIndex.Bad(path, row, "epoch is empty; train anew"),
                Number("train_loss"),
                Number("validation_loss"),
                Number("validation_qwk")));

            double? Number(string column) => cells[column] switch
            {
                "" => null,
                { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
                { } text => throw ClipIndex.Bad(path, row, $"{column} is \"{text}\"; a number or nothing belongs there: train anew"),
            };
        }

        return points;
    }
}
