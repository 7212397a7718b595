using System.Numerics.Tensors;
using LusEdge.Training.Clips;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Frozen;

/// <summary>A frame in the form that the head reads.</summary>
/// <param name="Clip">The clip of the frame.</param>
/// <param name="Number">The number of the frame in the clip.</param>
/// <param name="Values">The features, row-major [bands, channels].</param>
internal sealed record BandedFrame(LabelledClip Clip, int Number, float[] Values);

/// <summary>Loads the stored features of <see cref="FeatureExtractor"/> and averages them in bands.</summary>
internal static class BandedFeatures
{
    /// <summary>Reads the frames of all clips, clip by clip.</summary>
    /// <param name="clips">The clips of the index.</param>
    /// <param name="extracted">How the features were extracted.</param>
    /// <param name="directory">Where the features are stored.</param>
    /// <param name="settings">The wanted stage and bands.</param>
    /// <exception cref="TrainingException">A clip has no features.</exception>
    public static IReadOnlyList<BandedFrame> Load(
        IReadOnlyList<LabelledClip> clips, FeatureSettings extracted, string directory, HeadSettings settings)
    {
        var frames = new List<BandedFrame>();
        foreach (LabelledClip clip in clips)
        {
            string file = extracted.FileOf(directory, clip, settings.Stage);
            if (!File.Exists(file))
            {
                throw new TrainingException(
                    TrainingFailure.NotFound,
                    $"{file}: it has no features of {clip.File} (row {clip.Row} of the index); run `lusedge-train fit` again.");
            }

            ClipFeatures found = ClipFeatures.Read(file);
            float[] weights = RowBands.Weights(settings.Bands, found.Rows);
            frames.AddRange(found.Frames.Zip(
                found.Values, (number, values) => new BandedFrame(clip, number, Average(values, found, weights))));
        }

        return frames;
    }

    private static float[] Average(float[] values, ClipFeatures of, float[] weights)
    {
        int bands = weights.Length / of.Rows;
        var banded = new float[bands * of.Channels];
        for (int channel = 0; channel < of.Channels; channel++)
        {
            ReadOnlySpan<float> rows = values.AsSpan(channel * of.Rows, of.Rows);
            for (int band = 0; band < bands; band++)
                banded[band * of.Channels + channel] = TensorPrimitives.Dot(rows, weights.AsSpan(band * of.Rows, of.Rows));
        }

        return banded;
    }
}
