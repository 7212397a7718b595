using System.Globalization;
using System.Text;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>The state of a training after an epoch: a row of <c>history.csv</c>.</summary>
/// <param name="Fold">The held-out part, or <c>all</c>.</param>
/// <param name="Epoch">The number of passes over the training clips.</param>
/// <param name="Step">The number of steps.</param>
/// <param name="TrainLoss">Mean training loss of the epoch.</param>
/// <param name="ValidationLoss">Loss on the validation frames; null without validation, like the next one.</param>
/// <param name="ValidationQwk">Quadratic-weighted kappa of the validation clips.</param>
internal sealed record HistoryRow(
    string Fold, int Epoch, int Step, double TrainLoss, double? ValidationLoss, double? ValidationQwk)
{
    /// <summary>The name of the table in a training's directory.</summary>
    public const string FileName = "history.csv";

    private const string Header = "fold,epoch,step,train_loss,validation_loss,validation_qwk\n";

    /// <summary>Formats the table.</summary>
    public static string ToCsv(IEnumerable<HistoryRow> rows)
    {
        var text = new StringBuilder(Header);
        foreach (HistoryRow row in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{row.Fold},{row.Epoch},{row.Step},{row.TrainLoss:0.00000},"
                    + $"{row.ValidationLoss:0.00000},{row.ValidationQwk:0.00000}\n");
        }

        return text.ToString();
    }

    /// <summary>Reads the table.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TrainingException">A row is invalid.</exception>
    public static IReadOnlyList<HistoryRow> Load(string path)
    {
        var rows = new List<HistoryRow>();
        foreach ((int row, Dictionary<string, string> cells) in ClipIndex.Rows(
            path, Header.TrimEnd().Split(','), "a training's history"))
        {
            rows.Add(new HistoryRow(
                cells["fold"], (int)Needed("epoch"), (int)Needed("step"), Needed("train_loss"), Number("validation_loss"),
                Number("validation_qwk")));

            double Needed(string column) => Number(column) ?? throw ClipIndex.Bad(path, row, $"{column} is empty; train again");

            double? Number(string column) => cells[column] switch
            {
                "" => null,
                { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    && double.IsFinite(number) => number,
                { } text => throw ClipIndex.Bad(path, row, $"{column} is \"{text}\" and neither a number nor empty; train again"),
            };
        }

        return rows;
    }

    /// <summary>Concatenates the tables of several folds.</summary>
    /// <param name="tables">Tables formatted by <see cref="ToCsv"/>.</param>
    /// <param name="leaky">
    /// True if frames of the same clip were both trained on and held out. The name of every fold then says so.
    /// </param>
    public static string Join(IEnumerable<string> tables, bool leaky)
    {
        IEnumerable<string> rows =
            tables.SelectMany(table => table[Header.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return Header + string.Concat(rows.Select(row => (leaky ? "leaky-" : "") + row + "\n"));
    }
}
