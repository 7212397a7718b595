using LusEdge.Training;
using LusEdge.Training.Experiments;
using LusEdge.Training.Fit;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Phantom;

namespace LusEdge.TrainingTests.Fit;

/// <summary>Runs trainings on the tiny phantom collection, in its own folder.</summary>
public abstract class FitTest(PhantomClips phantom) : IClassFixture<PhantomClips>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-fit-").FullName;

    private protected Experiment Finetune => new()
    {
        Scheme = "sanmatteo-7",
        Index = Phantom.Index,
        Frames = 2,
        Size = 64,
        Method = Experiment.FinetuneMethod,
        Network = new NetworkSettings { Architecture = NetworkSettings.ResNet18, Width = 16 },
        Finetune = new FinetuneSettings { Epochs = 2, Batch = 7 },
        Augmentation = [new AugmentationStep("flip") { Probability = 0.5 }, new AugmentationStep("noise") { Low = 0, High = 8 }],
    };

    /// <summary>
    /// An experiment with validation. Each fold has one clip per grade, so no patient could be set aside; of the four severities
    /// it has two.
    /// </summary>
    private protected Experiment Validated
    {
        get
        {
            string index = Path.Combine(Phantom.Directory, "severities.csv");
            File.WriteAllText(index, File.ReadAllText(Phantom.Index).Replace(",grade,", ",star,", StringComparison.Ordinal));
            return Finetune with { Scheme = "iclus-4", Index = index, Finetune = Finetune.Finetune with { Patience = 5 } };
        }
    }

    private protected Experiment Frozen => Finetune with
    {
        Method = Experiment.FrozenMethod,
        Network = new NetworkSettings { Architecture = NetworkSettings.ResNet50, Width = 16 },
        Frozen = new FrozenSettings { Stages = [2, 3], Bands = 2, Copies = 1, Profile = true },
    };

    private protected PhantomClips Phantom { get; } = phantom;

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static IProgress<WorkProgress> Silent { get; } = new Watcher(_ => { });

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected static IReadOnlyList<FrameLogits> Run(Experiment experiment, string training) =>
        new FitRun(experiment, training, leaky: false, TimeProvider.System).Run(null, Silent, Cancel);

    private protected static Dictionary<string, float[]> Numbers(TorchSharp.torch.nn.Module module) =>
        module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.data<float>().ToArray());

    private protected string In(string path) => Path.Combine(_directory, path);

    private protected sealed class Watcher(Action<WorkProgress> look) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => look(value);
    }
}
