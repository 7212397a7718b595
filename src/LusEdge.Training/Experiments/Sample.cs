using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>A frame that is trained on or graded.</summary>
/// <param name="Clip">The clip of the frame.</param>
/// <param name="Class">The class of the clip on the experiment's scale.</param>
/// <param name="Number">The number of the frame in the clip.</param>
/// <param name="Place">Its position among the frames used of the clip, from 0; selects its picture or features.</param>
/// <param name="Part">The part of the data it is held out with: the patient's fold, or any part with a frame split.</param>
internal sealed record Sample(LabelledClip Clip, int Class, int Number, int Place, int Part);
