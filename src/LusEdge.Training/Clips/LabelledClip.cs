using LusEdge.Capture.Frames;

namespace LusEdge.Training.Clips;

/// <summary>One row of an index: a clip and its one grade from an expert.</summary>
/// <param name="Row">The line in the index, for messages; the header is line 1.</param>
/// <param name="File">The path below the directory of the index, as written there. It identifies the clip.</param>
/// <param name="Dataset">The data set of the clip; each set has its own figures.</param>
/// <param name="Patient">The patient. All clips of a patient are in the same fold.</param>
/// <param name="Fold">The number of the fold in which the clip is held out, from 1.</param>
/// <param name="Severity">The expert's grade, 0 to 3.</param>
/// <param name="Frames">The number of frames in the file.</param>
/// <param name="Sector">
/// The part of the picture that shows ultrasound, as in <c>Capture:Sector</c>; <c>none</c> for the whole picture.
/// </param>
/// <param name="Grade">
/// The label on a scale that has finer grades than severity, for instance 1*; null if the index has none.
/// </param>
/// <param name="Findings">
/// Other findings of the expert, for instance <c>A-lines=yes;B-lines=no</c>; empty if the index has none.
/// </param>
internal sealed record LabelledClip(
    int Row, string File, string Dataset, string Patient, int Fold, int Severity, int Frames, Sector Sector, string? Grade = null,
    string Findings = "");
