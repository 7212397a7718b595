using System.Globalization;
using LusEdge.Capture.Frames;
using Microsoft.VisualBasic.FileIO;

namespace LusEdge.Training.Clips;

/// <summary>
/// The list of labelled clips, <c>index.csv</c>. Required columns: <c>file, dataset, patient, fold, severity, frames</c>.
/// Optional columns: <c>sector</c> if pictures show more than ultrasound, <c>grade</c> on a scale with starred grades, and
/// <c>findings</c>. Other columns are ignored. A patient in two folds is refused: the frames of one patient are nearly the same
/// picture, so figures from such a split would be meaningless.
/// </summary>
internal static class ClipIndex
{
    /// <summary>The number of grades on the ICLUS scale, 0 to 3 (Soldati et al. 2020).</summary>
    public const int Grades = 4;

    private const string SectorColumn = "sector", GradeColumn = "grade", FindingsColumn = "findings";

    private static readonly string[] Columns = ["file", "dataset", "patient", "fold", "severity", "frames"];

    /// <summary>Reads and checks an index. It does not check that the clips exist.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TrainingException">It is missing, or a row is invalid; the message names the row.</exception>
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

            // The path identifies the clip. Data computed from the clip is stored under the same path, so it must not lead
            // outside.
            if (Path.IsPathRooted(clip.File) || clip.File.Split('/', '\\').Contains(".."))
                throw Bad(path, row,
                    $"file is \"{clip.File}\"; give a path relative to the index's folder, without \"..\" in it");
            if (!byFile.TryAdd(clip.File, clip))
                throw Bad(path, row, $"{clip.File} is already in row {byFile[clip.File].Row}; remove one of the two");
            if (!byPatient.TryAdd(clip.Patient, clip) && byPatient[clip.Patient] is var other && other.Fold != clip.Fold)
                throw Bad(path, row,
                    $"patient {clip.Patient} is in fold {clip.Fold}, but in fold {other.Fold} in row {other.Row}; "
                        + "put all clips of a patient into one fold");
            clips.Add(clip);

            Sector SectorIn(string? text) =>
                string.IsNullOrEmpty(text) ? default
                : Sector.TryParse(text, null, out Sector sector) ? sector
                : throw Bad(path, row, $"{SectorColumn} is \"{text}\"; give none, or x,y,w,h in pixels with w and h above 0");

            int Whole(string column, int lowest, int highest) =>
                int.TryParse(cells[column], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest
                    && number <= highest
                    ? number
                    : throw Bad(path, row, $"{column} is \"{cells[column]}\"; give a whole number from {lowest} to {highest}");
        }

        return clips.Count > 0
            ? clips
            : throw new TrainingException(
                TrainingFailure.BadIndex, $"{path}: it lists no clips; give an index with one row per clip.");
    }

    /// <summary>Reads a table with a header, row by row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">The required columns.</param>
    /// <param name="what">What the file should contain, for the message.</param>
    /// <param name="firstLine">A line that may precede the header and is skipped.</param>
    /// <exception cref="TrainingException">It is missing or is not such a table.</exception>
    internal static IEnumerable<(int Row, Dictionary<string, string> Cells)> Rows(
        string path, IReadOnlyList<string> columns, string what, string? firstLine = null)
    {
        using TextFieldParser parser = Open(path, what);
        if (firstLine is not null && parser.PeekChars(firstLine.Length) == firstLine) parser.ReadLine();
        string[] header = Next() ?? throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it is empty; give {what}.");
        if (header.CountBy(column => column).FirstOrDefault(column => column.Value > 1).Key is { } twice)
            throw Bad(path, 1, $"the column {twice} appears twice; remove one of the two");
        if (columns.Except(header).ToArray() is { Length: > 0 } missing)
            throw Bad(path, 1, $"missing column: {string.Join(", ", missing)}; the first row must name the columns of {what}");
        while (true)
        {
            if (parser.EndOfData) yield break;
            int row = (int)parser.LineNumber;
            string[] fields = Next()!;
            if (fields.Length != header.Length)
            {
                throw Bad(path, row,
                    $"it has {fields.Length} fields, but the header has {header.Length}; check its commas and quotes");
            }

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

    /// <summary>The exception for a row that can't be used.</summary>
    internal static TrainingException Bad(string path, int row, string what) =>
        new(TrainingFailure.BadIndex, $"{path}: row {row}: {what}.");

    private static TextFieldParser Open(string path, string what)
    {
        try
        {
            return new TextFieldParser(path) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.NotFound, $"{path}: can't be read; give the path of {what}.", e);
        }
    }
}
