using LusEdge.Training.Evaluate;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Fit;

/// <summary>
/// <c>lusedge-train fit</c> from beginning to end: goes on from the newest checkpoint, trains with a checkpoint every minute, then
/// calibrates and evaluates on pictures that were never trained on.
/// </summary>
/// <param name="settings">What to train.</param>
/// <param name="folder">Where the checkpoints are kept.</param>
/// <param name="time">Measures how long it takes.</param>
internal sealed class TrainingRun(FitSettings settings, CheckpointFolder folder, TimeProvider time)
{
    /// <summary>Little enough to lose, and writing 134 MB a minute harms no disk.</summary>
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(1);

    /// <summary>Pictures graded at once where no gradient is kept.</summary>
    private const int EvaluationBatch = 28;

    /// <summary>Trains to the end, or until cancelled: then the newest state is in a checkpoint.</summary>
    /// <param name="progress">Told after every step, and after every batch of the evaluation.</param>
    /// <param name="cancel">Asks to stop.</param>
    /// <returns>What the training came to.</returns>
    /// <exception cref="TrainingException">The directory's training is another one, or unreadable.</exception>
    public TrainingOutcome Run(IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        using var trainer = new Trainer(settings);
        TimeSpan before = TimeSpan.Zero;
        if (folder.Newest is { } checkpoint)
        {
            TrainingRecord record = TrainingRecord.Load(checkpoint);
            if (record.Settings != settings)
            {
                throw new TrainingException(
                    TrainingFailure.OtherSettings,
                    $"{checkpoint} began with other settings ({record.Settings}); give the same, or another directory.");
            }

            if (record.Outcome is { } outcome) return outcome;
            trainer.Resume(checkpoint, record.Step);
            before = record.Elapsed;
        }

        long started = time.GetTimestamp(), saved = started;
        while (trainer.Step < settings.Steps)
        {
            float loss = trainer.Advance();
            progress.Report(new WorkProgress("training", trainer.Step, settings.Steps, $"loss {loss:0.000}"));
            if (cancel.IsCancellationRequested || time.GetElapsedTime(saved) > CheckpointEvery)
            {
                Write(null);
                saved = time.GetTimestamp();
                cancel.ThrowIfCancellationRequested();
            }
        }

        Write(null);
        (List<float[]> logits, List<int> labels) = Grade(trainer.Network, settings.Seed + 1, settings.CalibrationPictures, "calibrating", progress, cancel);
        float temperature = TemperatureScaling.Fit(logits, labels);
        (logits, labels) = Grade(trainer.Network, settings.Seed + 2, settings.HeldOutPictures, "evaluating", progress, cancel);
        var result = new TrainingOutcome(temperature, Evaluation.Of([.. logits.Select(row => TemperatureScaling.Softmax(row, temperature))], labels));
        Write(result);
        return result;

        void Write(TrainingOutcome? outcome) => folder.Write(
            new TrainingRecord { Settings = settings, Step = trainer.Step, Elapsed = before + time.GetElapsedTime(started), Outcome = outcome }, trainer);
    }

    private (List<float[]> Logits, List<int> Labels) Grade(
        ResidualNetwork network, ulong seed, int count, string stage, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        var pictures = new PhantomPictures(seed, settings.Size, augmented: false);
        int area = settings.Size * settings.Size;
        var levels = new float[EvaluationBatch * area];
        var labels = new int[EvaluationBatch];
        ArgumentOutOfRangeException.ThrowIfNotEqual(count % EvaluationBatch, 0);
        var result = (Logits: new List<float[]>(count), Labels: new List<int>(count));
        network.eval();
        using var noGradient = no_grad();
        for (int first = 0; first < count; first += EvaluationBatch)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Parallel.For(0, EvaluationBatch, new ParallelOptions { MaxDegreeOfParallelism = settings.Threads }, i =>
            {
                labels[i] = pictures.Draw(first + i, levels.AsSpan(i * area, area));
                Normalisation.Apply(levels.AsSpan(i * area, area));
            });
            float[] logits = network.forward(tensor(levels, [EvaluationBatch, 1, settings.Size, settings.Size])).data<float>().ToArray();
            result.Logits.AddRange(logits.Chunk(logits.Length / EvaluationBatch));
            result.Labels.AddRange(labels);
            progress.Report(new WorkProgress(stage, first + EvaluationBatch, count));
        }

        return result;
    }
}
