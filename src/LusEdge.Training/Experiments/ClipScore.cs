using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;

namespace LusEdge.Training.Experiments;

/// <summary>
/// Grades clips by the highest mean probability of their frames. Training and search use these figures to choose.
/// </summary>
internal static class ClipScore
{
    /// <summary>Scores the clips.</summary>
    /// <param name="samples">The frames.</param>
    /// <param name="probabilities">One row per frame.</param>
    public static ConfusionMatrix Of(IReadOnlyList<Sample> samples, IReadOnlyList<float[]> probabilities)
    {
        int classes = probabilities[0].Length;
        int[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        foreach (IGrouping<LabelledClip, (Sample Sample, float[] P)> clip in samples.Zip(probabilities)
            .GroupBy(pair => pair.First.Clip, pair => (pair.First, pair.Second)))
        {
            int given = Enumerable.Range(0, classes).MaxBy(c => clip.Sum(frame => frame.P[c]));
            counts[clip.First().Sample.Class][given]++;
        }

        return new ConfusionMatrix(counts);
    }
}
