using LusEdge.Training.Clips;

namespace LusEdge.Training.Quantize;

/// <summary>A picture to compare two files on.</summary>
/// <param name="Frame">The picture.</param>
/// <param name="Label">The class its clip is labelled with; null without a label.</param>
internal sealed record LabelledFrame(GrayFrame Frame, int? Label);
