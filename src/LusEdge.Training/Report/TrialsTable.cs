using System.Globalization;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Report;

/// <summary>A search's <c>trials.csv</c>, whatever columns it has.</summary>
internal static class TrialsTable
{
    /// <summary>Reads it.</summary>
    /// <param name="path">The file: a header, a row a trial.</param>
    /// <exception cref="TrainingException">It is missing, empty or no table.</exception>
    public static DataTable Load(string path)
    {
        Dictionary<string, string>[] rows = [.. ClipIndex.Rows(path, ["trial"], "the trials of `lusedge-train search`").Select(row => row.Cells)];
        if (rows.Length == 0) throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it holds no trials; name the trials of `lusedge-train search`.");
        string[] columns = [.. rows[0].Keys];
        return new DataTable("Every trial, as the search wrote it.", columns, [.. rows.Select(row => (IReadOnlyList<string>)[.. columns.Select(column => Short(row[column]))])]);
    }

    /// <summary>Four digits of a fraction; all else as it is.</summary>
    private static string Short(string cell) =>
        cell.Contains('.', StringComparison.Ordinal) && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number.ToString("G4", CultureInfo.InvariantCulture)
            : cell;
}
