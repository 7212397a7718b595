using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Fit;

/// <summary>
/// Trains a network on the phantom: AdamW, one cycle of the learning rate, ordinal soft targets. Owns network and optimizer.
/// </summary>
internal sealed class Trainer : IDisposable
{
    /// <summary>The weights' file in a checkpoint.</summary>
    public const string WeightsFile = "weights.bin";

    private const string OptimizerFile = "optimizer.bin";

    private const double WeightDecay = 0.01;

    /// <summary>Longest gradient that is followed as it is: early steps from scratch can be wild.</summary>
    private const double LongestGradient = 5;

    /// <summary>Share of the steps in which the learning rate climbs.</summary>
    private const double Climb = 0.1;

    private readonly PhantomPictures _pictures;
    private readonly Tensor _targets;
    private readonly AdamW _optimizer;

    /// <param name="settings">What to train.</param>
    public Trainer(FitSettings settings)
    {
        Settings = settings;
        set_num_threads(settings.Threads);
        manual_seed((long)settings.Seed);
        int classes = Phantom.Appearance.Grades.Count;
        Network = new ResidualNetwork(classes, settings.Width, settings.Depth);
        _pictures = new PhantomPictures(settings.Seed, settings.Size, augmented: true);
        _targets = tensor(OrdinalTargets.Table(classes), [classes, classes]);
        _optimizer = new AdamW(Network.parameters(), WeightDecay);
    }

    public FitSettings Settings { get; }

    public ResidualNetwork Network { get; }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Takes one step.</summary>
    /// <returns>The mean loss of its pictures.</returns>
    public float Advance()
    {
        using DisposeScope scope = NewDisposeScope();
        Network.train();
        (Tensor pictures, Tensor grades) = Batch();
        _optimizer.Clear();
        Tensor loss = -(nn.functional.log_softmax(Network.forward(pictures), 1) * _targets[grades]).sum(1).mean();
        loss.backward();
        double length = nn.utils.clip_grad_norm_(Network.parameters(), LongestGradient);

        // Where a channel hardly varies over a batch, the gradient through its normalisation can overflow: such a step says nothing.
        if (double.IsFinite(length)) _optimizer.Step(LearningRate());
        Step++;
        return loss.item<float>();
    }

    /// <summary>Writes what a later run needs to go on exactly from here.</summary>
    /// <param name="directory">An existing directory.</param>
    public void Save(string directory)
    {
        Network.save(Path.Combine(directory, WeightsFile));
        _optimizer.Save(Path.Combine(directory, OptimizerFile));
    }

    /// <summary>Goes on from where a run with the same settings was.</summary>
    /// <param name="directory">The directory that <see cref="Save"/> wrote.</param>
    /// <param name="step">Steps done by then.</param>
    public void Resume(string directory, int step)
    {
        Network.load(Path.Combine(directory, WeightsFile));
        _optimizer.Load(Path.Combine(directory, OptimizerFile));
        Step = step;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _targets.Dispose();
        Network.Dispose();
    }

    /// <summary>Up in a straight line, down along half a cosine.</summary>
    private double LearningRate()
    {
        double done = (Step + 0.5) / Settings.Steps;
        return done < Climb
            ? Settings.LearningRate * done / Climb
            : Settings.LearningRate * (1 + Math.Cos(Math.PI * (done - Climb) / (1 - Climb))) / 2;
    }

    private (Tensor Pictures, Tensor Grades) Batch()
    {
        int size = Settings.Size, area = size * size, count = Settings.Batch;
        var levels = new float[count * area];
        var grades = new long[count];
        long first = (long)Step * count;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Settings.Threads }, i =>
        {
            Span<float> picture = levels.AsSpan(i * area, area);
            grades[i] = _pictures.Draw(first + i, picture);
            Normalisation.Apply(picture);
        });
        return (tensor(levels, [count, 1, size, size]), tensor(grades));
    }
}
