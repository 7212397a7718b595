using System.Globalization;
using System.Text;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Clips;

/// <summary>What a model that never saw the patient said about one frame: a row of <c>predictions.csv</c>.</summary>
/// <param name="File">The clip, as the index names it.</param>
/// <param name="Fold">The fold that was held out.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="P">Probabilities of the grades.</param>
internal sealed record FrameGrade(string File, int Fold, int Frame, IReadOnlyList<float> P)
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "predictions.csv";

    private const float LargestGap = 0.01f;

    private static readonly string[] Columns = ["file", "fold", "frame", "p0", "p1", "p2", "p3"];

    /// <summary>The table. Four decimals; what is computed from it is computed from these.</summary>
    public static string ToCsv(IEnumerable<FrameGrade> grades)
    {
        var text = new StringBuilder(string.Join(',', Columns)).Append('\n');
        foreach (FrameGrade grade in grades)
        {
            string file = grade.File.Contains(',', StringComparison.Ordinal) ? $"\"{grade.File}\"" : grade.File;
            text.Append(CultureInfo.InvariantCulture, $"{file},{grade.Fold},{grade.Frame}");
            foreach (float p in grade.P) text.Append(CultureInfo.InvariantCulture, $",{p:0.0000}");
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads a table and holds it against the index that it was made from.</summary>
    /// <param name="path">The table.</param>
    /// <param name="clips">The index.</param>
    /// <exception cref="TrainingException">It is missing, a row is wrong, a clip was graded by a model that knew its patient, or has no row.</exception>
    public static IReadOnlyList<FrameGrade> Load(string path, IReadOnlyList<LabelledClip> clips)
    {
        Dictionary<string, LabelledClip> byFile = clips.ToDictionary(clip => clip.File);
        var grades = new List<FrameGrade>();
        foreach ((int row, Dictionary<string, string> cells) in ClipIndex.Rows(path, Columns, "predictions of `lusedge-train head`"))
        {
            if (!byFile.TryGetValue(cells["file"], out LabelledClip? clip))
                throw ClipIndex.Bad(path, row, $"the index has no clip {cells["file"]}; give the index that the predictions were made with");
            if (!int.TryParse(cells["fold"], NumberStyles.None, CultureInfo.InvariantCulture, out int fold) || fold != clip.Fold)
                throw ClipIndex.Bad(path, row, $"fold is \"{cells["fold"]}\", but {clip.File} is in fold {clip.Fold} of the index; give the index that the predictions were made with");
            if (!int.TryParse(cells["frame"], NumberStyles.None, CultureInfo.InvariantCulture, out int frame))
                throw ClipIndex.Bad(path, row, $"frame is \"{cells["frame"]}\"; give a whole number");
            float[] p = [.. Columns[3..].Select(column =>
                float.TryParse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture, out float share) && share is >= 0 and <= 1
                    ? share
                    : throw ClipIndex.Bad(path, row, $"{column} is \"{cells[column]}\"; give a number from 0 to 1"))];
            if (MathF.Abs(p.Sum() - 1) > LargestGap) throw ClipIndex.Bad(path, row, "its probabilities do not add up to 1; make the table anew");
            grades.Add(new FrameGrade(clip.File, fold, frame, p));
        }

        if (clips.FirstOrDefault(clip => grades.All(grade => grade.File != clip.File)) is { } missing)
        {
            throw new TrainingException(
                TrainingFailure.BadIndex, $"{path}: {missing.File} (row {missing.Row} of the index) has no prediction; give the index that the predictions were made with.");
        }

        return grades;
    }
}
