using System.Text.Json.Serialization;

namespace LusEdge.Training.Evaluate;

/// <summary>
/// The figures of one data set. Sets are never mixed: where source and grade are correlated, a mixture would look like skill.
/// </summary>
/// <param name="Dataset">The data set, as named in the index.</param>
/// <param name="Clips">The number of clips.</param>
/// <param name="Patients">The number of patients.</param>
/// <param name="Frames">The number of graded frames.</param>
/// <param name="Frame">The figures of single frames, each compared with its clip's label.</param>
/// <param name="Rules">The figures of clips, for every way of grading them.</param>
internal sealed record SetFigures(
    string Dataset, int Clips, int Patients, int Frames, RuleFigures Frame, IReadOnlyList<RuleFigures> Rules)
{
    /// <summary>Additional data for charts, per frame; not part of the written figures.</summary>
    [JsonIgnore]
    public DrawnFigures? DrawnFrames { get; init; }

    /// <summary>The same for clips graded by their highest mean probability.</summary>
    [JsonIgnore]
    public DrawnFigures? DrawnClips { get; init; }
}
