using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Finetune;

/// <summary>
/// Performs the steps of one training. A step depends only on the experiment, the fold and its own number, so a training that
/// continues from a checkpoint arrives at the same bits. Owns network and optimizer.
/// </summary>
internal sealed class NetworkTrainer : IDisposable
{
    private const string OptimizerFile = "optimizer.bin", BestFile = "best.bin", FindingsFile = "findings.bin";

    /// <summary>Longer gradients are clipped to this length, because the early steps from random weights can be wild.</summary>
    private const double LongestGradient = 5;

    /// <summary>The share of the steps in which the learning rate rises.</summary>
    private const double Climb = 0.1;

    /// <summary>The findings in the index's column <c>findings</c>, each yes or no.</summary>
    private static readonly string[] Findings = ["A-lines", "B-lines"];

    private readonly Experiment _experiment;
    private readonly Sample[][] _units;
    private readonly StretchedFrames _frames;
    private readonly ulong _fold;
    private readonly Tensor _targets;
    private readonly float[] _classWeights;
    private readonly Linear? _findings;
    private readonly AdamW _optimizer;
    private byte[]? _best;

    /// <param name="experiment">What to train.</param>
    /// <param name="classes">The number of classes of the scale.</param>
    /// <param name="samples">The frames to train on.</param>
    /// <param name="frames">The pictures of the frames.</param>
    /// <param name="fold">The held-out part; each has its own order of frames.</param>
    /// <param name="start">For a checkpoint, the folder whose weights to start from.</param>
    public NetworkTrainer(
        Experiment experiment, int classes, IReadOnlyList<Sample> samples, StretchedFrames frames, string fold,
        string start = TrainedModel.AllFolder)
    {
        (_experiment, _frames) = (experiment, frames);
        _fold = (ulong)fold.Aggregate(17L, (hash, letter) => hash * 31 + letter);
        FinetuneSettings settings = experiment.Finetune;

        // A batch is drawn from units: single frames, or all frames of a clip together.
        _units = settings.LossOn == FinetuneSettings.ClipLoss
            ? [.. samples.GroupBy(sample => sample.Clip).Select(clip => clip.ToArray())]
            : [.. samples.Select(sample => (Sample[])[sample])];
        int unitsPerStep = Math.Clamp(
            settings.LossOn == FinetuneSettings.ClipLoss ? settings.Batch / experiment.Frames : settings.Batch, 1, _units.Length);
        UnitsPerStep = unitsPerStep;
        StepsPerEpoch = _units.Length / unitsPerStep;

        set_num_threads(experiment.Threads);
        manual_seed(experiment.Seed);
        Network = GradingNetwork.Start(experiment.Network, classes, start);
        List<Parameter> learning = [.. Network.Train(settings.LastStages)];
        if (settings.FindingsWeight > 0)
        {
            _findings = nn.Linear(Network.Classifier.in_features, Findings.Length);
            learning.AddRange(_findings.parameters());
        }

        _optimizer = new AdamW(learning, settings.WeightDecay);
        _targets = tensor(experiment.Targets(classes), [classes, classes]);
        int[] clipsOf = [.. Enumerable.Range(0, classes)
            .Select(c => samples.Where(sample => sample.Class == c).Select(sample => sample.Clip).Distinct().Count())];
        _classWeights = [.. clipsOf.Select(
            count => experiment.ClassWeights == Experiment.Balanced ? clipsOf.Sum() / (float)(classes * Math.Max(1, count)) : 1)];
    }

    public GradingNetwork Network { get; }

    /// <summary>
    /// The number of steps in which each frame is seen about once. Units that do not fill a batch are left for another epoch.
    /// </summary>
    public int StepsPerEpoch { get; }

    /// <summary>The approximate number of pictures per step.</summary>
    public int PicturesPerStep => UnitsPerStep * _units[0].Length;

    private int UnitsPerStep { get; }

    /// <summary>Performs one step.</summary>
    /// <param name="step">Its number, from 0.</param>
    /// <param name="steps">The total number of steps, at whose end the learning rate reaches zero.</param>
    /// <returns>The loss.</returns>
    public double Step(int step, int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        Network.Train(_experiment.Finetune.LastStages);
        Sample[][] units = Draw(step);
        Sample[] samples = [.. units.SelectMany(unit => unit)];
        Tensor pictures = tensor(_frames.Batch(samples), [samples.Length, 1, _experiment.Size, _experiment.Size]);
        pictures = Augmentation.Apply(pictures, _experiment.Augmentation, (ulong)_experiment.Seed ^ _fold, (ulong)step);
        _optimizer.Clear();
        Tensor pooled = Network.Pool(pictures), average = Average(units, samples.Length);
        Tensor logits = average.mm(Network.Classifier.forward(pooled));
        Tensor targets = _targets.index_select(0, tensor(units.Select(unit => (long)unit[0].Class).ToArray()));
        Tensor weights = tensor(units.Select(unit => _classWeights[unit[0].Class]).ToArray());
        Tensor loss = (-(nn.functional.log_softmax(logits, 1) * targets).sum(1) * weights).mean();
        if (_findings is not null)
        {
            loss = loss.Plus(
                FindingsLoss(average.mm(_findings.forward(pooled)), units).Times(_experiment.Finetune.FindingsWeight));
        }

        loss.backward();
        double length =
            nn.utils.clip_grad_norm_(Network.Module.parameters().Where(parameter => parameter.requires_grad), LongestGradient);

        // If a channel hardly varies within a batch, the gradient through its normalisation can overflow. Such a step is skipped.
        if (double.IsFinite(length)) _optimizer.Step(LearningRate((step + 0.5) / steps));
        float value = loss.item<float>();
        return float.IsFinite(value)
            ? value
            : throw new TrainingException(TrainingFailure.Unreadable,
                $"the loss is {value} in step {step + 1}: the training diverged. Lower finetune.learning_rate.");
    }

    /// <summary>Keeps the current weights for <see cref="SaveBest"/>.</summary>
    public void KeepBest()
    {
        string file = Path.GetTempFileName();
        Network.Save(file);
        _best = File.ReadAllBytes(file);
        File.Delete(file);
    }

    /// <summary>
    /// Writes the kept weights, or the current ones if none were kept. The file appears only when it is complete.
    /// </summary>
    public void SaveBest(string file)
    {
        if (_best is null) Network.Save($"{file}.part");
        else File.WriteAllBytes($"{file}.part", _best);
        File.Move($"{file}.part", file, overwrite: true);
    }

    /// <summary>Writes everything that a later run needs to continue exactly from here.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="state">The state of the training.</param>
    public void Save(string directory, TrainingState state)
    {
        Network.Save(Path.Combine(directory, GradingNetwork.FileName));
        _optimizer.Save(Path.Combine(directory, OptimizerFile));
        _findings?.save(Path.Combine(directory, FindingsFile));
        if (_best is not null) File.WriteAllBytes(Path.Combine(directory, BestFile), _best);
        state.Save(directory);
    }

    /// <summary>Continues from the checkpoint of a run of the same experiment.</summary>
    /// <param name="directory">A directory written by <see cref="Save"/>.</param>
    /// <exception cref="TrainingException">One of its files is missing or damaged.</exception>
    public TrainingState Resume(string directory)
    {
        TrainingState state = TrainingState.Load(directory);
        Network.Load(Path.Combine(directory, GradingNetwork.FileName), _experiment.Network);
        _optimizer.Load(Path.Combine(directory, OptimizerFile));
        _findings?.load(Path.Combine(directory, FindingsFile));
        string best = Path.Combine(directory, BestFile);
        if (File.Exists(best)) _best = File.ReadAllBytes(best);
        else if (state.Best is not null)
        {
            throw new TrainingException(TrainingFailure.Unreadable,
                $"{best}: the weights of the best epoch are missing. Delete {directory} and continue without it.");
        }

        return state;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _targets.Dispose();
        _findings?.Dispose();
        Network.Dispose();
    }

    /// <summary>Selects the units of a step. Each epoch has its own order.</summary>
    private Sample[][] Draw(int step)
    {
        (int epoch, int place) = Math.DivRem(step, StepsPerEpoch);
        var random = new SeededRandom((ulong)_experiment.Seed + _fold, (ulong)epoch);
        int[] order = [.. Enumerable.Range(0, _units.Length)];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int other = random.Integer(0, i);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return [.. order.Skip(place * UnitsPerStep).Take(UnitsPerStep).Select(i => _units[i])];
    }

    /// <summary>The weight of each picture in the mean of each unit, float32 [units, pictures].</summary>
    private static Tensor Average(Sample[][] units, int pictures)
    {
        var shares = new float[units.Length * pictures];
        int first = 0;
        foreach ((int i, Sample[] unit) in units.Index())
        {
            shares.AsSpan(i * pictures + first, unit.Length).Fill(1f / unit.Length);
            first += unit.Length;
        }

        return tensor(shares, [units.Length, pictures]);
    }

    /// <summary>Cross-entropy of the expert's other findings. Clips without findings do not count.</summary>
    private static Tensor FindingsLoss(Tensor logits, Sample[][] units)
    {
        float[] yes =
            [.. units.SelectMany(unit =>
                Findings.Select(finding => unit[0].Clip.Findings.Contains($"{finding}=yes", StringComparison.Ordinal) ? 1f : 0))];
        float[] known =
            [.. units.SelectMany(unit =>
                Findings.Select(finding => unit[0].Clip.Findings.Contains($"{finding}=", StringComparison.Ordinal) ? 1f : 0))];

        // softplus(x) - x y, written without operators that take a number.
        Tensor softplus = -nn.functional.logsigmoid(-logits);
        return ((softplus - logits * tensor(yes, logits.shape)) * tensor(known, logits.shape)).mean();
    }

    private double LearningRate(double done)
    {
        FinetuneSettings settings = _experiment.Finetune;
        double climb = settings.Schedule == FinetuneSettings.OneCycle ? Climb : 0;
        return done < climb
            ? settings.LearningRate * done / climb
            : settings.LearningRate * (1 + Math.Cos(Math.PI * (done - climb) / (1 - climb))) / 2;
    }
}
