using System.Globalization;
using System.Text;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;

namespace LusEdge.Training.Experiments;

/// <summary>The output for one frame of a model that was not trained on it: a row of <c>logits.csv</c>.</summary>
/// <param name="File">The clip's path in the index.</param>
/// <param name="Fold">The held-out part: the fold, or with a frame split the part of the frames.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="Z">The logits, before any temperature.</param>
internal sealed record FrameLogits(string File, int Fold, int Frame, IReadOnlyList<float> Z)
{
    /// <summary>The name of the table in a training's directory.</summary>
    public const string FileName = "logits.csv";

    /// <summary>Formats the table with five decimals.</summary>
    /// <param name="rows">The rows, all on one scale.</param>
    /// <param name="leaky">
    /// True if frames of the same clip were both trained on and held out. The first line of the table then says so.
    /// </param>
    public static string ToCsv(IReadOnlyList<FrameLogits> rows, bool leaky)
    {
        var text = new StringBuilder(leaky ? Predictions.LeakyMarker + "\n" : "");
        text.Append("file,fold,frame");
        for (int c = 0; c < rows[0].Z.Count; c++) text.Append(CultureInfo.InvariantCulture, $",z{c}");
        text.Append('\n');
        foreach (FrameLogits row in rows)
        {
            string file = row.File.Contains(',', StringComparison.Ordinal) ? $"\"{row.File}\"" : row.File;
            text.Append(CultureInfo.InvariantCulture, $"{file},{row.Fold},{row.Frame}");
            foreach (float z in row.Z) text.Append(CultureInfo.InvariantCulture, $",{z:0.00000}");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads a table written by <see cref="ToCsv"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">The number of classes of the scale.</param>
    /// <exception cref="TrainingException">It is missing, or a row is invalid.</exception>
    public static IReadOnlyList<FrameLogits> Load(string path, int classes)
    {
        string[] columns = [.. Enumerable.Range(0, classes).Select(c => $"z{c}")];
        var rows = new List<FrameLogits>();
        foreach ((int row, Dictionary<string, string> cells) in ClipIndex.Rows(
            path, ["file", "fold", "frame", .. columns], "held-out logits", Predictions.LeakyMarker))
        {
            if (!int.TryParse(cells["fold"], NumberStyles.None, CultureInfo.InvariantCulture, out int fold)
                || !int.TryParse(cells["frame"], NumberStyles.None, CultureInfo.InvariantCulture, out int frame))
            {
                throw ClipIndex.Bad(path, row, "fold or frame is not a whole number; train again");
            }

            rows.Add(new FrameLogits(cells["file"], fold, frame, [.. columns.Select(column =>
                float.TryParse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture, out float z) && float.IsFinite(z)
                    ? z
                    : throw ClipIndex.Bad(path, row, $"{column} is \"{cells[column]}\" and not a number; train again"))]));
        }

        return rows;
    }
}
