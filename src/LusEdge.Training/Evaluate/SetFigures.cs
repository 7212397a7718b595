using System.Text.Json.Serialization;

namespace LusEdge.Training.Evaluate;

/// <summary>The figures of one public set. Sets are never mixed: in one, source and grade may go together, and that looks like skill.</summary>
/// <param name="Dataset">The set, as the index names it.</param>
/// <param name="Clips">How many clips.</param>
/// <param name="Patients">Of how many patients.</param>
/// <param name="Frames">How many of their frames were graded.</param>
/// <param name="Frame">Each frame by itself, held against its clip's label.</param>
/// <param name="Rules">Each clip, by every way of grading it.</param>
internal sealed record SetFigures(
    string Dataset, int Clips, int Patients, int Frames, RuleFigures Frame, IReadOnlyList<RuleFigures> Rules)
{
    /// <summary>What plots need beside the figures, per frame; not part of the written figures.</summary>
    [JsonIgnore]
    public DrawnFigures? DrawnFrames { get; init; }

    /// <summary>The same for clips by their highest mean probability.</summary>
    [JsonIgnore]
    public DrawnFigures? DrawnClips { get; init; }
}
