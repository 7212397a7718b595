using LusEdge.Training.Clips;
using LusEdge.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Decodes every clip of an index once, runs the convolutions that will not be trained, and keeps
/// what they gave. A file a clip and stage: a run that is stopped goes on where it was.
/// </summary>
/// <param name="backbone">The convolutions as an ONNX file; see <see cref="BottleneckGraph.BuildRows"/>.</param>
/// <param name="settings">Which frames and stages.</param>
/// <param name="directory">Where the features are kept.</param>
internal sealed class FeatureExtractor(byte[] backbone, FeatureSettings settings, string directory)
{
    /// <summary>What is done to a clip's frames before the network sees them; null for nothing.</summary>
    public Func<IReadOnlyList<GrayFrame>, IReadOnlyList<GrayFrame>>? Change { get; init; }

    /// <summary>Makes what is missing.</summary>
    /// <param name="index">The index's path.</param>
    /// <param name="clips">Its rows.</param>
    /// <param name="progress">Told after every clip.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="TrainingException">A clip is missing or unusable.</exception>
    public void Run(string index, IReadOnlyList<LabelledClip> clips, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(Path.GetFullPath(index))!;
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(backbone, options);
        int done = 0;

        ClipFrames.ForEach(
            clips,
            settings.Threads,
            clip =>
            {
                if (!settings.Stages.All(stage => File.Exists(settings.FileOf(directory, clip, stage)))) Run(session, root, clip, cancel);
                progress.Report(new WorkProgress("features", Interlocked.Increment(ref done), clips.Count));
            },
            cancel);
    }

    private void Run(InferenceSession session, string root, LabelledClip clip, CancellationToken cancel)
    {
        IReadOnlyList<GrayFrame> frames = ClipFrames.Read(root, clip, settings.Frames, settings.BlackMean, cancel);
        if (Change is not null) frames = Change(frames);
        var values = settings.Stages.ToDictionary(stage => stage, _ => new List<float[]>());
        var shapes = new Dictionary<int, long[]>();
        using var run = new RunOptions();
        string[] outputs = [.. settings.Stages.Select(stage => $"stage{stage}")];
        foreach (GrayFrame frame in frames)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["frame"], [input], outputs);
            foreach ((int stage, OrtValue result) in settings.Stages.Zip(results))
            {
                values[stage].Add(result.GetTensorDataAsSpan<float>().ToArray());
                shapes[stage] = result.GetTensorTypeAndShape().Shape;
            }
        }

        foreach (int stage in settings.Stages)
        {
            string file = settings.FileOf(directory, clip, stage);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            new ClipFeatures([.. frames.Select(frame => frame.Number)], (int)shapes[stage][1], (int)shapes[stage][2], values[stage]).Write(file);
        }
    }
}

/// <summary>What decides which features come out.</summary>
internal sealed record FeatureSettings
{
    /// <summary>Width and height of the network's input in pixels.</summary>
    /// <value>The default is 224, ImageNet's own; more was no better.</value>
    public int Size { get; init; } = 224;

    /// <summary>Frames a clip, evenly spread.</summary>
    /// <value>The default is 8: the frames of a clip are nearly the same picture.</value>
    public int Frames { get; init; } = 8;

    /// <summary>Stages whose features are kept, from 1.</summary>
    /// <value>The default is the third.</value>
    public IReadOnlyList<int> Stages { get; init; } = [3];

    /// <summary>A picture whose mean gray is below this is black and left out.</summary>
    /// <value>The default is 3, as of the exported model's gate.</value>
    public float BlackMean { get; init; } = ClipFrames.BlackMean;

    /// <summary>Clips at once.</summary>
    /// <value>The default is 2.</value>
    public int Threads { get; init; } = 2;

    /// <summary>A clip's file.</summary>
    public string FileOf(string directory, LabelledClip clip, int stage) =>
        Path.Combine(directory, $"{Size}px-{Frames}f-stage{stage}", $"{clip.File}.features");
}
