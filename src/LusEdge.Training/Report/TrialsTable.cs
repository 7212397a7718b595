using System.Globalization;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Report;

/// <summary>The <c>trials.csv</c> of a search, with any columns.</summary>
internal static class TrialsTable
{
    /// <summary>Reads the table.</summary>
    /// <param name="path">The file: a header, and one row per trial.</param>
    /// <exception cref="TrainingException">It is missing, empty or not a table.</exception>
    public static DataTable Load(string path)
    {
        Dictionary<string, string>[] rows =
            [.. ClipIndex.Rows(path, ["trial"], "the trials of `lusedge-train search`").Select(row => row.Cells)];
        if (rows.Length == 0)
        {
            throw new TrainingException(
                TrainingFailure.BadIndex, $"{path}: it has no trials; give the path of the trials of `lusedge-train search`.");
        }

        string[] columns = [.. rows[0].Keys];
        return new DataTable("All trials, as the search wrote them.", columns,
            [.. rows.Select(row => (IReadOnlyList<string>)[.. columns.Select(column => Short(row[column]))])]);
    }

    /// <summary>Shortens fractions to four digits; other cells stay as they are.</summary>
    private static string Short(string cell) =>
        cell.Contains('.', StringComparison.Ordinal)
            && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number.ToString("G4", CultureInfo.InvariantCulture)
            : cell;
}
