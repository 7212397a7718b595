using System.Globalization;
using System.Text;

namespace LusEdge.Training.Evaluate;

/// <summary>What a model that never saw the patient said about one frame: a row of <c>predictions.csv</c>.</summary>
/// <param name="File">The clip, as the index names it.</param>
/// <param name="Fold">The fold that was held out.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="P">Probabilities of the grades.</param>
internal sealed record FrameGrade(string File, int Fold, int Frame, IReadOnlyList<float> P)
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "predictions.csv";

    /// <summary>The table. Four decimals; what is computed from it is computed from these.</summary>
    /// <param name="grades">The rows, all of one scale.</param>
    /// <param name="leaky">True when frames of one clip were both trained on and held out: the table then says so in its first line.</param>
    public static string ToCsv(IEnumerable<FrameGrade> grades, bool leaky = false)
    {
        FrameGrade[] rows = [.. grades];
        var text = new StringBuilder(leaky ? Predictions.LeakyMarker + "\n" : "");
        text.Append("file,fold,frame");
        for (int c = 0; c < (rows.Length > 0 ? rows[0].P.Count : 0); c++) text.Append(CultureInfo.InvariantCulture, $",p{c}");
        text.Append('\n');
        foreach (FrameGrade grade in rows)
        {
            string file = grade.File.Contains(',', StringComparison.Ordinal) ? $"\"{grade.File}\"" : grade.File;
            text.Append(CultureInfo.InvariantCulture, $"{file},{grade.Fold},{grade.Frame}");
            foreach (float p in grade.P) text.Append(CultureInfo.InvariantCulture, $",{p:0.0000}");
            text.Append('\n');
        }

        return text.ToString();
    }
}
