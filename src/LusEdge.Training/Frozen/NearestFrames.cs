using System.Globalization;
using System.Numerics.Tensors;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Grades a frame like the training frame that is most like it (Euclidean distance of the standardised features). With a frame split that is
/// nearly always the same clip's next frame, and right; with patients held out it shows how little of that is skill. It is no network.
/// </summary>
/// <param name="features">Whose features are compared; owned.</param>
/// <param name="clips">All clips.</param>
internal sealed class NearestFrames(FrozenTraining features, TrainingClips clips) : ITrainingMethod
{
    private const string Header = "file,place";

    /// <summary>Of a feature that is the same in all frames: it tells nothing apart.</summary>
    private const float SmallestSpread = 1e-6f;

    /// <summary>Of a grade that no training frame has: farther away than any.</summary>
    private const float Farthest = 1e6f;

    public string FileName => FrozenSettings.NearestFile;

    public IReadOnlyList<int> NumbersOf(LabelledClip clip) => features.NumbersOf(clip);

    public IReadOnlyList<HistoryRow> Train(string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        string file = Path.Combine(folder, FileName);
        File.WriteAllLines($"{file}.part", [Header, .. samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{sample.Clip.File},{sample.Place}"))]);
        File.Move($"{file}.part", file, overwrite: true);
        progress.Report(new WorkProgress(fold, 1, 1));

        // Each training frame is its own neighbour, so it is never wrong about them.
        return [new HistoryRow(fold, 1, 1, 0, null, null)];
    }

    /// <returns>For each grade minus the mean squared difference from its nearest training frame: the neighbour's own is the highest.</returns>
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
                || place >= features.NumbersOf(clip).Count)
            {
                throw new TrainingException(TrainingFailure.Unreadable, $"{file}: \"{row}\" is no frame of the index. Train anew.");
            }

            known.Add((clips.ClassOf(clip), features.ValuesOf(clip, place)));
        }

        return known.Count > 0 ? [.. known] : throw new TrainingException(TrainingFailure.Unreadable, $"{file}: it lists no frame. Train anew.");
    }

    /// <summary>Mean and standard deviation of every feature, of the training frames alone.</summary>
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
