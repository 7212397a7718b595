using System.Globalization;
using System.Text;

namespace LusEdge.Training.Evaluate;

/// <summary>
/// The probabilities that a model gave to one frame of a patient it had never seen: a row of <c>predictions.csv</c>.
/// </summary>
/// <param name="File">The clip's path in the index.</param>
/// <param name="Fold">The held-out fold.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="P">The probabilities of the grades.</param>
internal sealed record FrameGrade(string File, int Fold, int Frame, IReadOnlyList<float> P)
{
    /// <summary>The name of the table in a model's directory.</summary>
    public const string FileName = "predictions.csv";

    /// <summary>Formats the table with four decimals. All figures are computed from these rounded values.</summary>
    /// <param name="grades">The rows, all on one scale.</param>
    /// <param name="leaky">
    /// True if frames of the same clip were both trained on and held out. The first line of the table then says so.
    /// </param>
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
