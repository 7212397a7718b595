using System.Globalization;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using static TorchSharp.torch;

namespace LusEdge.Training.Finetune;

/// <summary>Trains a residual network on the frames of clips, which are decoded once and kept in memory.</summary>
internal sealed class FineTuning : ITrainingMethod
{
    /// <summary>Little work is lost, and writing a few hundred MB per minute does not wear out a disk.</summary>
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(1);

    private const int GradingBatch = 32;

    private readonly Experiment _experiment;
    private readonly TrainingClips _clips;
    private readonly StretchedFrames _frames;
    private readonly TimeProvider _time;

    /// <param name="experiment">What to train.</param>
    /// <param name="clips">The clips to train on.</param>
    /// <param name="time">Determines when a checkpoint is due.</param>
    /// <param name="progress">Receives the progress after every decoded clip.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">A clip is missing or unusable.</exception>
    public FineTuning(
        Experiment experiment, TrainingClips clips, TimeProvider time, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        (_experiment, _clips, _time) = (experiment, clips, time);
        set_num_threads(experiment.Threads);
        _frames = new StretchedFrames(experiment.Size);
        _frames.Decode(clips, experiment.Frames, experiment.Threads, progress, cancel);
    }

    public string FileName => GradingNetwork.FileName;

    /// <summary>Whether each fold starts from the same fold of the earlier training; see <c>CheckpointStart</c>.</summary>
    public bool StartsByFold { get; init; }

    public IReadOnlyList<int> FrameNumbers(LabelledClip clip) => _frames.FrameNumbers(clip);

    public IReadOnlyList<HistoryRow> Train(
        string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        FinetuneSettings settings = _experiment.Finetune;
        (IReadOnlyList<Sample> training, IReadOnlyList<Sample> validation) = ValidationSplit.Of(samples, _experiment);
        using var network = new NetworkTrainer(_experiment, _clips.Scheme.Grades.Count, training, _frames, fold,
            StartsByFold ? Path.GetFileName(folder) : TrainedModel.AllFolder);
        CheckpointFolder checkpoints = CheckpointsOf(folder);
        TrainingState state = checkpoints.Newest is { } newest ? network.Resume(newest) : new TrainingState();
        int steps = network.StepsPerEpoch * settings.Epochs;
        long started = _time.GetTimestamp(), saved = started;
        int before = state.Step;
        while (state.Step < steps && !state.ShouldStop(settings.Patience))
        {
            state = state with { LossSum = state.LossSum + network.Step(state.Step, steps), Step = state.Step + 1 };
            if (state.Step % network.StepsPerEpoch == 0) state = EndEpoch(state);
            progress.Report(new WorkProgress(fold, state.Step, steps, Note(state)));
            if (!cancel.IsCancellationRequested && _time.GetElapsedTime(saved) < CheckpointEvery) continue;
            checkpoints.Write(state.Step, directory => network.Save(directory, state));
            saved = _time.GetTimestamp();
            cancel.ThrowIfCancellationRequested();
        }

        network.SaveBest(Path.Combine(folder, FileName));
        return state.History;

        TrainingState EndEpoch(TrainingState at)
        {
            double loss = at.LossSum / network.StepsPerEpoch;
            if (validation.Count == 0)
                return at.Add(new HistoryRow(fold, at.Step / network.StepsPerEpoch, at.Step, loss, null, null), out _);
            (double validationLoss, double kappa) = Validate(network, validation);
            TrainingState ended = at.Add(
                new HistoryRow(fold, at.Step / network.StepsPerEpoch, at.Step, loss, validationLoss, kappa), out bool isBest);
            if (isBest) network.KeepBest();
            return ended;
        }

        string Note(TrainingState at)
        {
            double seconds = _time.GetElapsedTime(started).TotalSeconds, rate = (at.Step - before) / Math.Max(1e-3, seconds);
            string best = at.History.Count == 0 || at.Best is not { } row ? "" : FormattableString.Invariant(
                $", best {row.ValidationLoss:0.000} (kappa {row.ValidationQwk:0.00}) in epoch {row.Epoch}");
            return string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {Math.Min(at.Step / network.StepsPerEpoch + 1, settings.Epochs)} of {settings.Epochs}, "
                    + $"{rate * network.PicturesPerStep:0.0} pictures/s, "
                    + $"{TimeSpan.FromSeconds((steps - at.Step) / rate):h\\:mm\\:ss} left{best}");
        }
    }

    public void Finish(string folder) => CheckpointsOf(folder).Delete();

    public IReadOnlyList<float[]> Grade(string folder, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        using GradingNetwork network = GradingNetwork.Create(_experiment.Network, _clips.Scheme.Grades.Count);
        network.Load(Path.Combine(folder, FileName), _experiment.Network);
        return Grade(network, samples, cancel);
    }

    public void Dispose()
    {
    }

    private static CheckpointFolder CheckpointsOf(string folder) => new(Path.Combine(folder, "checkpoints"));

    private (double Loss, double Kappa) Validate(NetworkTrainer trainer, IReadOnlyList<Sample> samples)
    {
        IReadOnlyList<float[]> logits = Grade(trainer.Network, samples, CancellationToken.None);
        float[] targets = _experiment.Targets(_clips.Scheme.Grades.Count);
        float[][] p = [.. logits.Select(row => TemperatureScaling.Softmax(row, 1))];
        double loss = samples.Zip(p, (sample, row) => -row.Index()
            .Sum(pair => targets[sample.Class * row.Length + pair.Index] * Math.Log(Math.Max(1e-12, pair.Item)))).Average();
        return (loss, ClipScore.Of(samples, p).QuadraticKappa);
    }

    private List<float[]> Grade(GradingNetwork network, IReadOnlyList<Sample> samples, CancellationToken cancel)
    {
        network.Module.eval();
        using var noGradient = no_grad();
        var all = new List<float[]>(samples.Count);
        foreach (Sample[] batch in samples.Chunk(GradingBatch))
        {
            cancel.ThrowIfCancellationRequested();
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            float[] logits = network.Forward(
                tensor(_frames.Batch(batch), [batch.Length, 1, _experiment.Size, _experiment.Size])).data<float>().ToArray();
            all.AddRange(logits.Chunk(logits.Length / batch.Length));
        }

        return all;
    }
}
