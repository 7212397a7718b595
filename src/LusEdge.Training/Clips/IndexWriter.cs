using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LusEdge.Infer;

namespace LusEdge.Training.Clips;

/// <summary>
/// <c>lusedge-train index</c>: lists the clips of a folder. Patient and grade come from the clip's path, and the number of frames
/// from decoding the clip. Patients are assigned to folds as a whole, so that the grades are spread evenly.
/// </summary>
/// <param name="scheme">The scale of the grades.</param>
/// <param name="dataset">The name of the data set.</param>
/// <param name="folds">The number of folds.</param>
/// <param name="sector">The part of the picture that shows ultrasound, as in <c>Capture:Sector</c>.</param>
internal sealed class IndexWriter(ScoringScheme scheme, string dataset, int folds, string sector)
{
    /// <summary>The default pattern: one folder per patient.</summary>
    public const string OneFolderPerPatient = "^(?<patient>[^/]+)/";

    private static readonly string[] Extensions = [".mp4", ".avi", ".mov", ".mkv", ".mpg", ".mpeg", ".m4v", ".webm", ".wmv"];

    private sealed record Row(string File, string Patient, string Grade, int Frames);

    /// <summary>Writes the index.</summary>
    /// <param name="folder">The folder of the clips; the index must be in it.</param>
    /// <param name="path">The index. An existing file is never overwritten.</param>
    /// <param name="pattern">
    /// Finds the group <c>patient</c>, and optionally <c>grade</c>, in a clip's path below the folder.
    /// </param>
    /// <param name="progress">Receives the progress after every clip.</param>
    /// <param name="cancel">Stops the work; nothing is written.</param>
    /// <returns>The number of clips, and how many of them still need a grade.</returns>
    /// <exception cref="TrainingException">A clip can't be used, or the index already exists.</exception>
    public (int Clips, int Ungraded) Write(
        string folder, string path, Regex pattern, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        if (File.Exists(path))
        {
            throw new TrainingException(
                TrainingFailure.SettingsMismatch,
                $"{path}: the index already exists and may hold grades that were filled in by hand; "
                    + "delete it, or name another file.");
        }

        if (!Directory.Exists(folder))
            throw new TrainingException(TrainingFailure.NotFound, $"{folder}: the folder does not exist.");

        // Paths in an index are relative to its own folder.
        if (Path.GetDirectoryName(Path.GetFullPath(path)) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
            throw new TrainingException(TrainingFailure.BadIndex,
                $"{path}: the index must be in the clips' folder; write it to {Path.Combine(folder, Path.GetFileName(path))}.");
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{folder}: it has no clips ({string.Join(", ", Extensions)}).");
        }

        var hashes = new Dictionary<string, string>();
        var rows = new List<Row>();
        foreach (string file in files)
        {
            Match match = pattern.Match(file);
            if (!match.Success || match.Groups["patient"].Length == 0)
                throw new TrainingException(
                    TrainingFailure.BadIndex,
                    $"{file}: its path does not name the patient; move it into the patient's folder, or give a "
                        + "--pattern that finds the patient.");
            string grade = match.Groups["grade"].Value;
            if (grade.Length > 0 && !scheme.Grades.Contains(grade))
                throw new TrainingException(
                    TrainingFailure.BadIndex,
                    $"{file}: its path says grade {grade}, which is not on scale {scheme.Id} "
                        + $"({string.Join(", ", scheme.Grades)}).");
            string full = Path.Combine(folder, file);
            using (FileStream content = File.OpenRead(full))
            {
                string hash = Convert.ToHexStringLower(SHA256.HashData(content));
                if (!hashes.TryAdd(hash, file))
                {
                    throw new TrainingException(
                        TrainingFailure.BadIndex, $"{file}: it is the same clip as {hashes[hash]}; remove one of the two.");
                }
            }

            int frames = ClipFrames.Count(full, cancel);
            if (frames == 0) throw new TrainingException(TrainingFailure.BadIndex, $"{file}: it has no frames; remove it.");
            rows.Add(new Row(file, match.Groups["patient"].Value, grade, frames));
            progress.Report(new WorkProgress("clips", rows.Count, files.Length));
        }

        Dictionary<string, int> foldOf = AssignFolds(rows);
        string unfinished = $"{path}.part";
        File.WriteAllText(unfinished, ToCsv(rows, foldOf));
        File.Move(unfinished, path);
        return (rows.Count, rows.Count(row => row.Grade.Length == 0));
    }

    /// <summary>
    /// Assigns each patient to a fold: the patient with most clips first, each to the fold in which its grades are rarest.
    /// </summary>
    private Dictionary<string, int> AssignFolds(List<Row> rows)
    {
        IGrouping<string, Row>[] patients = [.. rows.GroupBy(row => row.Patient).OrderByDescending(patient => patient.Count())
            .ThenBy(patient => patient.Key, StringComparer.Ordinal)];
        if (patients.Length < folds)
            throw new TrainingException(TrainingFailure.BadIndex,
                $"there are {patients.Length} patients for {folds} folds; add patients, or lower --folds.");
        var filled = new Dictionary<string, int>[folds];
        for (int fold = 0; fold < folds; fold++) filled[fold] = [];
        var foldOf = new Dictionary<string, int>();
        foreach (IGrouping<string, Row> patient in patients)
        {
            Dictionary<string, int> own = patient.GroupBy(row => row.Grade)
                .ToDictionary(grade => grade.Key, grade => grade.Count());
            int best = Enumerable.Range(0, folds).MinBy(fold =>
                (own.Sum(grade => grade.Value * filled[fold].GetValueOrDefault(grade.Key)), filled[fold].Values.Sum()));
            foreach ((string grade, int count) in own) filled[best][grade] = filled[best].GetValueOrDefault(grade) + count;
            foldOf.Add(patient.Key, best + 1);
        }

        return foldOf;
    }

    private string ToCsv(List<Row> rows, Dictionary<string, int> foldOf)
    {
        var text = new StringBuilder("file,dataset,patient,fold,severity,grade,frames,sector\n");
        foreach (Row row in rows)
        {
            int c = scheme.Grades.ToList().IndexOf(row.Grade);
            string severity = c < 0 ? "" : scheme.Severities[c].ToString(CultureInfo.InvariantCulture);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Cell(row.File)},{Cell(dataset)},{Cell(row.Patient)},{foldOf[row.Patient]},"
                    + $"{severity},{Cell(row.Grade)},{row.Frames},{Cell(sector)}\n");
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
