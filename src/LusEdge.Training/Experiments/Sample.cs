using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>A frame that is trained on or graded.</summary>
/// <param name="Clip">Its clip.</param>
/// <param name="Class">The clip's class on the experiment's scale.</param>
/// <param name="Number">Its number in the clip.</param>
/// <param name="Place">Its place among the clip's frames, from 0: which of the pictures or features that are kept is its own.</param>
/// <param name="Part">The part of the data that it is held out with: its patient's fold, or with a frame split any.</param>
internal sealed record Sample(LabelledClip Clip, int Class, int Number, int Place, int Part);
