using System.Globalization;
using LusEdge.Capture;
using Microsoft.VisualBasic.FileIO;

namespace LusEdge.Training.Clips;

/// <summary>
/// The list of labelled clips, <c>index.csv</c>: columns <c>file, dataset, patient, fold, severity, frames</c> and, if some
/// pictures show more than ultrasound, <c>sector</c>, and on a scale with starred grades, <c>grade</c>, and <c>findings</c>; others are ignored. A patient in two folds is refused: frames of one patient
/// are nearly the same picture, and figures from such a split say nothing.
/// </summary>
internal static class ClipIndex
{
    /// <summary>Grades 0 to 3 of the ICLUS scale (Soldati et al. 2020).</summary>
    public const int Grades = 4;

    private const string SectorColumn = "sector", GradeColumn = "grade", FindingsColumn = "findings";

    private static readonly string[] Columns = ["file", "dataset", "patient", "fold", "severity", "frames"];

    /// <summary>Reads and checks an index. The clips themselves are not looked for.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TrainingException">It is missing, or a row is wrong; the message names the row.</exception>
    public static IReadOnlyList<LabelledClip> Load(string path)
    {
        var clips = new List<LabelledClip>();
        var byFile = new Dictionary<string, LabelledClip>();
        var byPatient = new Dictionary<string, LabelledClip>();
        foreach ((int row, Dictionary<string, string> cells) in Rows(path, Columns, "an index of clips"))
        {
            var clip = new LabelledClip(
                row,
                cells["file"],
                cells["dataset"],
                cells["patient"],
                Whole("fold", 1, 1000),
                Whole("severity", 0, Grades - 1),
                Whole("frames", 1, 1_000_000),
                SectorIn(cells.GetValueOrDefault(SectorColumn)),
                cells.GetValueOrDefault(GradeColumn) is { Length: > 0 } grade ? grade : null,
                cells.GetValueOrDefault(FindingsColumn) ?? "");
            if (clip.File.Length == 0 || clip.Patient.Length == 0 || clip.Dataset.Length == 0)
                throw Bad(path, row, "file, dataset or patient is empty; fill it in");

            // The path is the clip's id: what is computed from the clip is kept under it, and is not to leave its folder.
            if (Path.IsPathRooted(clip.File) || clip.File.Split('/', '\\').Contains(".."))
                throw Bad(path, row, $"file is \"{clip.File}\"; give a path below the index's folder that does not lead out of it");
            if (!byFile.TryAdd(clip.File, clip)) throw Bad(path, row, $"{clip.File} is in row {byFile[clip.File].Row} already; remove one of the two");
            if (!byPatient.TryAdd(clip.Patient, clip) && byPatient[clip.Patient] is var other && other.Fold != clip.Fold)
                throw Bad(path, row, $"patient {clip.Patient} is in fold {clip.Fold}, but in fold {other.Fold} in row {other.Row}; give all clips of a patient one fold");
            clips.Add(clip);

            Sector SectorIn(string? text) =>
                string.IsNullOrEmpty(text) ? default
                : Sector.TryParse(text, null, out Sector sector) ? sector
                : throw Bad(path, row, $"{SectorColumn} is \"{text}\"; give none, or x,y,w,h in pixels with w and h above 0");

            int Whole(string column, int lowest, int highest) =>
                int.TryParse(cells[column], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
                    ? number
                    : throw Bad(path, row, $"{column} is \"{cells[column]}\"; give a whole number from {lowest} to {highest}");
        }

        return clips.Count > 0
            ? clips
            : throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it lists no clips; give an index with a row a clip.");
    }

    /// <summary>Reads a table with a header, row by row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Those that must be there.</param>
    /// <param name="what">What the file should be, for the message.</param>
    /// <param name="firstLine">Skipped where the file begins with it, before the header.</param>
    /// <exception cref="TrainingException">It is missing or no such table.</exception>
    internal static IEnumerable<(int Row, Dictionary<string, string> Cells)> Rows(
        string path, IReadOnlyList<string> columns, string what, string? firstLine = null)
    {
        using TextFieldParser parser = Open(path, what);
        if (firstLine is not null && parser.PeekChars(firstLine.Length) == firstLine) parser.ReadLine();
        string[] header = Next() ?? throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it is empty; give {what}.");
        if (header.CountBy(column => column).FirstOrDefault(column => column.Value > 1).Key is { } twice)
            throw Bad(path, 1, $"the column {twice} is there twice; remove one of the two");
        if (columns.Except(header).ToArray() is { Length: > 0 } missing)
            throw Bad(path, 1, $"the column {string.Join(", ", missing)} is missing; the first row names the columns of {what}");
        while (true)
        {
            if (parser.EndOfData) yield break;
            int row = (int)parser.LineNumber;
            string[] fields = Next()!;
            if (fields.Length != header.Length) throw Bad(path, row, $"it has {fields.Length} fields and the header {header.Length}; check its commas and quotes");
            yield return (row, header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second));
        }

        string[]? Next()
        {
            try
            {
                return parser.ReadFields();
            }
            catch (MalformedLineException e)
            {
                throw Bad(path, (int)e.LineNumber, "its quotes do not match; write it as CSV");
            }
        }
    }

    /// <summary>A row that can't be used.</summary>
    internal static TrainingException Bad(string path, int row, string what) => new(TrainingFailure.BadIndex, $"{path}: row {row}: {what}.");

    private static TextFieldParser Open(string path, string what)
    {
        try
        {
            return new TextFieldParser(path) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.NotFound, $"{path}: can't be read; name {what}.", e);
        }
    }
}
