using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Finetune;

/// <summary>Frames of clips in memory, decoded as on the appliance and stretched to the network's input.</summary>
/// <param name="size">Width and height in pixels.</param>
internal sealed class StretchedFrames(int size)
{
    /// <summary>
    /// 16 bits per pixel, because stretching gives fractions of a gray level, which the exported file does not round either.
    /// </summary>
    private const float Fraction = 256;

    private readonly Dictionary<string, IReadOnlyList<(int Number, ushort[] Levels)>> _byFile = [];

    /// <summary>Decodes clips.</summary>
    /// <param name="clips">The clips and their directory.</param>
    /// <param name="frames">The number of frames per clip.</param>
    /// <param name="threads">The number of clips decoded in parallel.</param>
    /// <param name="progress">Receives the progress after every clip.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">A clip has no usable frame.</exception>
    public void Decode(TrainingClips clips, int frames, int threads, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        int done = 0;
        ClipFrames.ForEach(
            clips.Clips,
            threads,
            clip =>
            {
                IReadOnlyList<(int, ushort[])> stretched =
                    [.. ClipFrames.Read(clips.Root, clip, frames, ClipFrames.BlackMean, cancel)
                        .Select(frame => (frame.Number, Stretched(frame)))];
                lock (_byFile) _byFile.Add(clip.File, stretched);
                progress.Report(new WorkProgress("decoding", Interlocked.Increment(ref done), clips.Clips.Count));
            },
            cancel);
    }

    /// <summary>The numbers of the frames of a clip.</summary>
    public IReadOnlyList<int> FrameNumbers(LabelledClip clip) => [.. _byFile[clip.File].Select(frame => frame.Number)];

    /// <summary>Copies frames into a batch.</summary>
    /// <param name="samples">The frames to copy.</param>
    /// <returns>Row-major [samples, size, size], gray levels 0-255.</returns>
    public float[] Batch(IReadOnlyList<Sample> samples)
    {
        int area = size * size;
        var levels = new float[samples.Count * area];
        foreach ((int i, Sample sample) in samples.Index())
        {
            ushort[] from = _byFile[sample.Clip.File][sample.Place].Levels;
            Span<float> to = levels.AsSpan(i * area, area);
            for (int pixel = 0; pixel < area; pixel++) to[pixel] = from[pixel] / Fraction;
        }

        return levels;
    }

    private ushort[] Stretched(GrayFrame frame)
    {
        var levels = new float[size * size];
        Stretch.Resample(frame.Pixels, frame.Width, (0, 0, frame.Width, frame.Height), mirrored: false, levels, size);
        return [.. levels.Select(level => (ushort)MathF.Round(level * Fraction))];
    }
}
