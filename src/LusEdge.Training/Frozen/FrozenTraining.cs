using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using static TorchSharp.torch;

namespace LusEdge.Training.Frozen;

/// <summary>
/// Trains a linear head on the features of a network that is not trained. The features are computed once and stored on disk.
/// </summary>
internal sealed class FrozenTraining : ITrainingMethod
{
    private readonly Experiment _experiment;
    private readonly TrainingClips _clips;
    private readonly HeadSettings _settings;
    private readonly Dictionary<string, IReadOnlyList<BandedFrame>> _frames;

    /// <summary>The profiles of the frames; null if the experiment does not use them.</summary>
    private readonly Dictionary<string, IReadOnlyList<BandedFrame>>? _profiles;

    /// <summary>The augmented copies of the frames, one dictionary per copy.</summary>
    private readonly IReadOnlyList<Dictionary<string, IReadOnlyList<BandedFrame>>> _copies;

    /// <param name="experiment">What to train.</param>
    /// <param name="clips">The clips to train on.</param>
    /// <param name="cache">Where to store the features.</param>
    /// <param name="progress">Receives the progress after every clip.</param>
    /// <param name="cancel">Stops the work; features that have been stored are kept.</param>
    /// <exception cref="TrainingException">The network's weights or a clip are missing or unusable.</exception>
    public FrozenTraining(
        Experiment experiment, TrainingClips clips, string cache, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        (_experiment, _clips) = (experiment, clips);
        FrozenSettings frozen = experiment.Frozen;
        set_num_threads(experiment.Threads);
        _settings = new HeadSettings
        {
            Bands = frozen.Bands,
            Components = frozen.Components,
            Penalty = frozen.Penalty,
            Ordered = frozen.Ordered,
            Balanced = experiment.ClassWeights == Experiment.Balanced,
        };
        byte[] backbone;
        using (BottleneckNetwork network = TrainedModel.LoadBackbone(experiment)) backbone =
            BottleneckGraph.BuildRows(network, experiment.Size, [.. frozen.Stages, .. Profile]);

        // Features for other weights or another augmentation are stored elsewhere.
        string folder = Path.Combine(cache, ModelManifest.HashOf(backbone)[..12]);
        FeatureSettings plain = Extract(folder, [.. frozen.Stages, .. Profile], change: null);
        _frames = Load(plain, folder);
        if (frozen.Profile)
        {
            _profiles = ByClip(BandedFeatures.Load(
                clips.Clips, plain, folder,
                _settings with { Stage = RowProfile.Stage, Bands = RowProfile.RowsOf(experiment.Size) }));
        }

        _copies = [.. Enumerable.Range(1, frozen.Copies).Select(copy =>
        {
            string place = Path.Combine(folder, $"copy-{copy}-{HashOfAugmentation()}");
            return Load(Extract(place, frozen.Stages, frames => Augmented(frames, copy)), place);
        })];

        FeatureSettings Extract(
            string directory, IReadOnlyList<int> stages, Func<IReadOnlyList<GrayFrame>, IReadOnlyList<GrayFrame>>? change)
        {
            var settings = new FeatureSettings
            {
                Size = experiment.Size,
                Frames = experiment.Frames,
                Stages = stages,
                Threads = experiment.Threads,
            };
            new FeatureExtractor(backbone, settings, directory) { Change = change }.Run(
                experiment.Index, clips.Clips, progress, cancel);
            return settings;
        }

        Dictionary<string, IReadOnlyList<BandedFrame>> Load(FeatureSettings settings, string directory)
        {
            IReadOnlyList<BandedFrame>[] stages = [.. frozen.Stages.Select(
                stage => BandedFeatures.Load(clips.Clips, settings, directory, _settings with { Stage = stage }))];
            return ByClip(
                stages[0].Select((frame, i) => frame with { Values = [.. stages.SelectMany(stage => stage[i].Values)] }));
        }

        static Dictionary<string, IReadOnlyList<BandedFrame>> ByClip(IEnumerable<BandedFrame> frames) =>
            frames.GroupBy(frame => frame.Clip.File)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<BandedFrame>)[.. group]);
    }

    public string FileName => LinearHead.FileName;

    public IReadOnlyList<int> FrameNumbers(LabelledClip clip) => [.. _frames[clip.File].Select(frame => frame.Number)];

    public IReadOnlyList<HistoryRow> Train(
        string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        float[] targets = _experiment.Targets(_clips.Scheme.Grades.Count);
        BandedFrame[] frames = [.. samples.SelectMany(sample =>
            (BandedFrame[])[
                _frames[sample.Clip.File][sample.Place], .. _copies.Select(copy => copy[sample.Clip.File][sample.Place])])];
        LinearHead head = HeadTrainer.Train(frames, _clips.ClassOf, targets, _settings);
        if (_profiles is { } profiles)
        {
            BandedFrame[] rows = [.. samples.Select(sample => profiles[sample.Clip.File][sample.Place])];
            head = head.AveragedWith(HeadTrainer.Train(rows, _clips.ClassOf, targets, _settings));
        }

        head.Save(Path.Combine(folder, FileName));
        progress.Report(new WorkProgress(fold, 1, 1));
        return [new HistoryRow(fold, 1, 1, samples.Average(sample => LossOf(head, sample, targets)), null, null)];
    }

    public IReadOnlyList<float[]> Grade(string folder, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        LinearHead head = LinearHead.Load(Path.Combine(folder, FileName), _clips.Scheme.Grades.Count);
        return [.. samples.Select(sample => head.Logits(ValuesOf(sample)))];
    }

    /// <summary>The features of a frame as the head reads them.</summary>
    internal float[] ValuesOf(LabelledClip clip, int place) => _frames[clip.File][place].Values;

    public void Dispose()
    {
    }

    /// <summary>Additional stages to extract: the profile, if the experiment uses it.</summary>
    private IReadOnlyList<int> Profile => _experiment.Frozen.Profile ? [RowProfile.Stage] : [];

    private float[] ValuesOf(Sample sample) =>
        [.. _frames[sample.Clip.File][sample.Place].Values, .. _profiles?[sample.Clip.File][sample.Place].Values ?? []];

    private double LossOf(LinearHead head, Sample sample, float[] targets)
    {
        float[] p = TemperatureScaling.Softmax(head.Logits(ValuesOf(sample)), 1);
        return -p.Index().Sum(pair => targets[sample.Class * p.Length + pair.Index] * Math.Log(Math.Max(1e-12, pair.Item)));
    }

    private string HashOfAugmentation() =>
        ModelManifest.HashOf(
            System.Text.Encoding.UTF8.GetBytes($"{_experiment.Seed} {string.Join(';', _experiment.Augmentation)}"))[..12];

    /// <summary>Augments the frames of a clip as the experiment says; the same for the same seed, clip and copy.</summary>
    private List<GrayFrame> Augmented(IReadOnlyList<GrayFrame> frames, int copy)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var changed = new List<GrayFrame>();
        foreach (GrayFrame frame in frames)
        {
            Tensor picture = tensor(frame.Pixels, [1, 1, frame.Height, frame.Width]).to(float32);

            // The picture itself selects its random numbers, because several threads read the clips in any order.
            ulong number = BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(frame.Pixels)) + (ulong)copy;
            Tensor done = Augmentation.Apply(picture, _experiment.Augmentation, (ulong)_experiment.Seed, number);
            changed.Add(frame with { Pixels = [.. done.data<float>().ToArray().Select(level => (byte)MathF.Round(level))] });
        }

        return changed;
    }
}
