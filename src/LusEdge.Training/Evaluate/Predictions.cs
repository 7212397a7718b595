using System.Globalization;
using LusEdge.Infer;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Evaluate;

/// <summary>A table of held-out predictions, <c>predictions.csv</c>, checked against the index it was made from.</summary>
/// <param name="Scheme">The scale of the probabilities.</param>
/// <param name="Leaky">
/// True if frames of the same clip were both trained on and held out: the figures then say nothing about new patients.
/// </param>
/// <param name="Frames">One row per frame, at least one per clip.</param>
internal sealed record Predictions(ScoringScheme Scheme, bool Leaky, IReadOnlyList<FrameGrade> Frames)
{
    /// <summary>The first line of a table from a frame split.</summary>
    public const string LeakyMarker = "# leaky: frames of one clip in training and test";

    /// <summary>The warning that accompanies all figures of such a table.</summary>
    public const string LeakyWarning =
        "LEAKY: split by frame. Frames of the same clip were in training and test, so these figures show memory, not skill; "
            + "they say nothing about a new patient.";

    private const float LargestGap = 0.01f;

    /// <summary>Reads and checks a table.</summary>
    /// <param name="path">The table: columns <c>file, fold, frame, p0 … pK-1</c>.</param>
    /// <param name="clips">The index.</param>
    /// <param name="scheme">The scale; null for the built-in scale with this number of classes.</param>
    /// <exception cref="TrainingException">
    /// It is missing, a row is invalid, a clip was graded by a model that knew its patient, or a clip has no row.
    /// </exception>
    public static Predictions Load(string path, IReadOnlyList<LabelledClip> clips, ScoringScheme? scheme = null)
    {
        Dictionary<string, LabelledClip> byFile = clips.ToDictionary(clip => clip.File);
        var rows = new Dictionary<(string File, int Frame), int>();
        var frames = new List<FrameGrade>();
        string[] columns = [];
        bool leaky = IsLeaky(path);
        foreach ((int row, Dictionary<string, string> cells) in ClipIndex.Rows(
            path, ["file", "fold", "frame", "p0", "p1"], "held-out predictions", LeakyMarker))
        {
            if (frames.Count == 0)
            {
                columns = [.. Enumerable.Range(0, cells.Count).Select(c => $"p{c}").TakeWhile(cells.ContainsKey)];
                scheme ??= Schemes.ByClasses(columns.Length);
                if (columns.Length != scheme.Grades.Count)
                    throw ClipIndex.Bad(
                        path, leaky
                            ? 2
                            : 1, $"it has {columns.Length} columns of probabilities, but scale {scheme.Id} has "
                                + $"{scheme.Grades.Count} classes; name the scale of these predictions");
            }

            if (!byFile.TryGetValue(cells["file"], out LabelledClip? clip))
                throw ClipIndex.Bad(
                    path, row, $"the index has no clip {cells["file"]}; give the index that the predictions were made with");
            if (!int.TryParse(cells["fold"], NumberStyles.None, CultureInfo.InvariantCulture, out int fold)
                || (fold != clip.Fold && !leaky))
                throw ClipIndex.Bad(
                    path, row, $"fold is \"{cells["fold"]}\", but {clip.File} is in fold {clip.Fold} of the index; "
                        + $"give the index that the predictions were made with");
            if (!int.TryParse(cells["frame"], NumberStyles.None, CultureInfo.InvariantCulture, out int frame))
                throw ClipIndex.Bad(path, row, $"frame is \"{cells["frame"]}\"; give a whole number");
            if (!rows.TryAdd((clip.File, frame), row))
                throw ClipIndex.Bad(path, row,
                    $"frame {frame} of {clip.File} is already in row {rows[(clip.File, frame)]}; make the table again");
            float[] p = [.. columns.Select(column =>
                float.TryParse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture, out float share)
                    && share is >= 0 and <= 1
                    ? share
                    : throw ClipIndex.Bad(path, row, $"{column} is \"{cells[column]}\"; give a number from 0 to 1"))];
            if (MathF.Abs(p.Sum() - 1) > LargestGap)
                throw ClipIndex.Bad(path, row, "its probabilities do not add up to 1; make the table again");
            frames.Add(new FrameGrade(clip.File, fold, frame, p));
        }

        if (frames.Count == 0)
            throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it has no predictions; make the table again.");
        HashSet<string> graded = [.. frames.Select(frame => frame.File)];
        if (clips.FirstOrDefault(clip => !graded.Contains(clip.File)) is { } missing)
        {
            throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{path}: it has no prediction for {missing.File} (row {missing.Row} of the index); "
                    + "give the index that the predictions were made with.");
        }

        foreach (LabelledClip clip in clips) _ = Schemes.ClassOf(scheme!, clip);
        return new Predictions(scheme!, leaky, frames);
    }

    /// <summary>Computes the figures of each data set.</summary>
    /// <param name="clips">The index that the table was checked against.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancel">Stops the work.</param>
    public IReadOnlyList<SetFigures> Figures(
        IReadOnlyList<LabelledClip> clips, IProgress<WorkProgress>? progress, CancellationToken cancel) =>
        ClipFigures.Of(clips, Frames, Scheme, progress, cancel);

    private static bool IsLeaky(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine() == LeakyMarker;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{path}: can't be read; give the path of held-out predictions.", e);
        }
    }
}
