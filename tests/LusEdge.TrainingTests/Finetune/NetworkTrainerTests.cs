using LusEdge.Training.Experiments;
using LusEdge.Training.Finetune;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Phantom;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Finetune;

[Collection(TorchTests.Name)]
public sealed class NetworkTrainerTests(PhantomClips phantom) : IClassFixture<PhantomClips>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-trainer-").FullName;

    private Experiment Tiny => new()
    {
        Scheme = "sanmatteo-7",
        Index = phantom.Index,
        Frames = 2,
        Size = 32,
        Method = Experiment.FinetuneMethod,
        Network = new NetworkSettings { Architecture = NetworkSettings.ResNet18, Width = 16 },
        Finetune = new FinetuneSettings { Batch = 7 },
        Augmentation = [new AugmentationStep("flip") { Probability = 0.5 }],
    };

    [Fact]
    public void The_same_experiment_gives_identical_weights_and_another_seed_does_not()
    {
        byte[] first = Weights(Tiny), again = Weights(Tiny), other = Weights(Tiny with { Seed = 2 });
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void The_loss_decreases()
    {
        Experiment experiment = Tiny with
        {
            Size = 64,
            Network = Tiny.Network with { Width = 16 },
            Finetune = new FinetuneSettings { Batch = 14, LearningRate = 3e-3 },
        };
        using NetworkTrainer trainer = Start(experiment);
        double[] losses = [.. Enumerable.Range(0, 30).Select(step => trainer.Step(step, 30))];
        Assert.True(losses[^5..].Average() < 0.75 * losses[..5].Average(), string.Join(' ', losses));
    }

    /// <summary>
    /// TorchSharp passes numbers to native code as objects with finalizers, and does not keep them alive until the native code is
    /// done. A collection at the wrong moment frees a number that is being read.
    /// </summary>
    [Fact]
    public async Task Training_survives_a_garbage_collector_that_never_stops()
    {
        using NetworkTrainer trainer = Start(Tiny with { Size = 64, Threads = 1 });
        using var stop = new CancellationTokenSource();
        Task collecting = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            for (int step = 0; step < 50; step++) Assert.True(double.IsFinite(trainer.Step(step, 1000)));
        }
        finally
        {
            await stop.CancelAsync();
            await collecting;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private NetworkTrainer Start(Experiment experiment)
    {
        TrainingClips clips = TrainingClips.Load(experiment);
        var frames = new StretchedFrames(experiment.Size);
        frames.Decode(clips, experiment.Frames, experiment.Threads, phantom, TestContext.Current.CancellationToken);
        Sample[] samples = [.. clips.Clips.SelectMany(clip =>
            frames.FrameNumbers(clip)
                .Select((number, place) => new Sample(clip, clips.ClassOf(clip), number, place, clip.Fold)))];
        return new NetworkTrainer(experiment, clips.Scheme.Grades.Count, samples, frames, TrainedModel.AllFolder);
    }

    private byte[] Weights(Experiment experiment)
    {
        using NetworkTrainer trainer = Start(experiment);
        for (int step = 0; step < 4; step++) trainer.Step(step, 4);
        string file = Path.Combine(_directory, "weights.bin");
        trainer.SaveBest(file);
        return File.ReadAllBytes(file);
    }
}
