using LusEdge.Training.Clips;
using LusEdge.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Decodes every clip of an index once, runs the convolutions that are not trained, and stores their output. There is one file
/// per clip and stage, so an interrupted run continues where it stopped.
/// </summary>
/// <param name="backbone">The convolutions as an ONNX file; see <see cref="BottleneckGraph.BuildRows"/>.</param>
/// <param name="settings">The frames and stages to extract.</param>
/// <param name="directory">Where to store the features.</param>
internal sealed class FeatureExtractor(byte[] backbone, FeatureSettings settings, string directory)
{
    /// <summary>Changes the frames of a clip before the network sees them; null for no change.</summary>
    public Func<IReadOnlyList<GrayFrame>, IReadOnlyList<GrayFrame>>? Change { get; init; }

    /// <summary>Extracts the features that are not stored yet.</summary>
    /// <param name="index">The path of the index.</param>
    /// <param name="clips">The rows of the index.</param>
    /// <param name="progress">Receives the progress after every clip.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">A clip is missing or unusable.</exception>
    public void Run(string index, IReadOnlyList<LabelledClip> clips, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(Path.GetFullPath(index))!;
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(backbone, options);
        int done = 0;

        ClipFrames.ForEach(
            clips,
            settings.Threads,
            clip =>
            {
                if (!settings.Stages.All(stage => File.Exists(settings.FileOf(directory, clip, stage))))
                    Run(session, root, clip, cancel);
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
            new ClipFeatures([.. frames.Select(frame => frame.Number)], (int)shapes[stage][1], (int)shapes[stage][2],
                values[stage]).Write(file);
        }
    }
}

/// <summary>Settings that determine the features.</summary>
internal sealed record FeatureSettings
{
    /// <summary>Width and height of the network's input in pixels.</summary>
    /// <value>The default is 224, the size used for ImageNet; a larger size was no better.</value>
    public int Size { get; init; } = 224;

    /// <summary>Frames per clip, evenly spread.</summary>
    /// <value>The default is 8: the frames of a clip are nearly the same picture.</value>
    public int Frames { get; init; } = 8;

    /// <summary>The stages whose features are stored, from 1.</summary>
    /// <value>The default is the third.</value>
    public IReadOnlyList<int> Stages { get; init; } = [3];

    /// <summary>A picture with a lower mean gray level is black and left out.</summary>
    /// <value>The default is 3, as in the exported model's gate.</value>
    public float BlackMean { get; init; } = ClipFrames.BlackMean;

    /// <summary>The number of clips processed in parallel.</summary>
    /// <value>The default is 2.</value>
    public int Threads { get; init; } = 2;

    /// <summary>The file of a clip at a stage.</summary>
    public string FileOf(string directory, LabelledClip clip, int stage) =>
        Path.Combine(directory, $"{Size}px-{Frames}f-stage{stage}", $"{clip.File}.features");
}
