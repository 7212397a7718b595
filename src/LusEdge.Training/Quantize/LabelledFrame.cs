using LusEdge.Training.Clips;

namespace LusEdge.Training.Quantize;

/// <summary>A picture for the comparison of two files.</summary>
/// <param name="Frame">The picture.</param>
/// <param name="Label">The class of its clip's label; null without a label.</param>
internal sealed record LabelledFrame(GrayFrame Frame, int? Label);
