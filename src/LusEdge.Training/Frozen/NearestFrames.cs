using System.Globalization;
using System.Numerics.Tensors;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Gives each frame the grade of the most similar training frame (Euclidean distance of the standardised features). With a frame
/// split, that is nearly always the next frame of the same clip, and right. With patients held out, it shows how little of this
/// is skill. There is no network to export.
/// </summary>
/// <param name="features">Provides the features to compare; owned.</param>
/// <param name="clips">All clips.</param>
internal sealed class NearestFrames(FrozenTraining features, TrainingClips clips) : ITrainingMethod
{
    private const string Header = "file,place";

    /// <summary>Minimum standard deviation, for a feature that is the same in all frames and distinguishes nothing.</summary>
    private const float SmallestSpread = 1e-6f;

    /// <summary>The distance of a grade without any training frame: larger than any real distance.</summary>
    private const float Farthest = 1e6f;

    public string FileName => FrozenSettings.NearestFile;

    public IReadOnlyList<int> FrameNumbers(LabelledClip clip) => features.FrameNumbers(clip);

    public IReadOnlyList<HistoryRow> Train(
        string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        string file = Path.Combine(folder, FileName);
        File.WriteAllLines($"{file}.part", [Header,
            .. samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{sample.Clip.File},{sample.Place}"))]);
        File.Move($"{file}.part", file, overwrite: true);
        progress.Report(new WorkProgress(fold, 1, 1));

        // Each training frame is its own nearest neighbour, so the training loss is 0.
        return [new HistoryRow(fold, 1, 1, 0, null, null)];
    }

    /// <returns>
    /// For each grade, the negated mean squared difference from its nearest training frame; the grade of the nearest frame has
    /// the highest value.
    /// </returns>
    /// <inheritdoc/>
    public IReadOnlyList<float[]> Grade(string folder, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        (int Class, float[] Values)[] known = Load(Path.Combine(folder, FileName));
        (float[] mean, float[] spread) = Standard([.. known.Select(frame => frame.Values)]);
        (int Class, float[] Values)[] neighbours = [.. known.Select(frame => (frame.Class, Standardised(frame.Values)))];
        return [.. samples.AsParallel().AsOrdered().WithCancellation(cancel).Select(Logits)];

        float[] Logits(Sample sample)
        {
            float[] values = Standardised(features.ValuesOf(sample.Clip, sample.Place));
            var logits = new float[clips.Scheme.Grades.Count];
            logits.AsSpan().Fill(-Farthest);
            foreach ((int grade, float[] other) in neighbours)
            {
                float distance = TensorPrimitives.Distance<float>(values, other);
                logits[grade] = MathF.Max(logits[grade], -distance * distance / values.Length);
            }

            return logits;
        }

        float[] Standardised(float[] values)
        {
            var standard = new float[values.Length];
            TensorPrimitives.Subtract(values, mean, standard);
            TensorPrimitives.Divide(standard, spread, standard);
            return standard;
        }
    }

    public void Dispose() => features.Dispose();

    private (int Class, float[] Values)[] Load(string file)
    {
        Dictionary<string, LabelledClip> byFile = clips.Clips.ToDictionary(clip => clip.File);
        var known = new List<(int, float[])>();
        foreach (string row in File.ReadLines(file).Skip(1))
        {
            int comma = row.LastIndexOf(',');
            if (comma < 0
                || !byFile.TryGetValue(row[..comma], out LabelledClip? clip)
                || !int.TryParse(row[(comma + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int place)
                || place >= features.FrameNumbers(clip).Count)
            {
                throw new TrainingException(
                    TrainingFailure.Unreadable, $"{file}: \"{row}\" is not a frame of the index. Train again.");
            }

            known.Add((clips.ClassOf(clip), features.ValuesOf(clip, place)));
        }

        return known.Count > 0
            ? [.. known]
            : throw new TrainingException(TrainingFailure.Unreadable, $"{file}: it lists no frames. Train again.");
    }

    /// <summary>Mean and standard deviation of every feature, over the training frames only.</summary>
    private static (float[] Mean, float[] Spread) Standard(IReadOnlyList<float[]> frames)
    {
        float[] mean = new float[frames[0].Length], spread = new float[mean.Length], difference = new float[mean.Length];
        foreach (float[] values in frames) TensorPrimitives.Add(mean, values, mean);
        TensorPrimitives.Divide(mean, frames.Count, mean);
        foreach (float[] values in frames)
        {
            TensorPrimitives.Subtract(values, mean, difference);
            TensorPrimitives.MultiplyAdd(difference, difference, spread, spread);
        }

        TensorPrimitives.Divide(spread, frames.Count, spread);
        TensorPrimitives.Sqrt(spread, spread);
        TensorPrimitives.Max(spread, SmallestSpread, spread);
        return (mean, spread);
    }
}
