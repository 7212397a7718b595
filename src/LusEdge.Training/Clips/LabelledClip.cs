using LusEdge.Capture;

namespace LusEdge.Training.Clips;

/// <summary>One row of an index: a clip and the one grade that an expert gave it.</summary>
/// <param name="Row">Line in the index, for messages; the header is line 1.</param>
/// <param name="File">Path below the index's directory, as written there: the clip's id.</param>
/// <param name="Dataset">The public set that it comes from; figures are given for each apart.</param>
/// <param name="Patient">Whose clip it is. All clips of a patient are in one fold.</param>
/// <param name="Fold">Number of the fold that it is held out in, from 1.</param>
/// <param name="Severity">The expert's grade, 0-3.</param>
/// <param name="Frames">Frames in the file.</param>
/// <param name="Sector">Part of the picture that shows ultrasound, as <c>Capture:Sector</c>.</param>
/// <param name="Grade">The label on a scale whose grades are more than their severity, for instance 1*; null where the index has none.</param>
/// <param name="Findings">What else an expert saw, for instance <c>A-lines=yes;B-lines=no</c>; empty where the index says nothing.</param>
internal sealed record LabelledClip(
    int Row, string File, string Dataset, string Patient, int Fold, int Severity, int Frames, Sector Sector, string? Grade = null, string Findings = "");
