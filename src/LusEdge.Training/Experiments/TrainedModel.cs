using LusEdge.Infer;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Experiments;

/// <summary>
/// The result of a finished training: its experiment and scale, and either a network that grades by itself, or an untrained
/// network and a linear head on its features. Owns the network.
/// </summary>
internal sealed class TrainedModel : IDisposable
{
    /// <summary>The folder of the model that was trained on all clips.</summary>
    public const string AllFolder = "all";

    private readonly IDisposable _network;

    private TrainedModel(Experiment experiment, FitRecord record, IDisposable network, LinearHead? head)
    {
        (Experiment, Record, _network, Head) = (experiment, record, network, head);
        object module = network is GradingNetwork grading ? grading.Module : network;
        (Residual, Bottleneck) = (module as ResidualNetwork, module as BottleneckNetwork);
    }

    /// <summary>The complete experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>How it ran, including whether the model is for demonstration only and whether the split leaked.</summary>
    public FitRecord Record { get; }

    /// <summary>The scale of its outputs.</summary>
    public ScoringScheme Scheme => new(Record.Scheme.Id, Record.Scheme.Classes, Record.Scheme.Severities);

    /// <summary>Width and height of the network's input in pixels.</summary>
    public int Size => Experiment.Size;

    /// <summary>The network in evaluation mode if it is a ResNet-18 or -34, otherwise null.</summary>
    public ResidualNetwork? Residual { get; }

    /// <summary>
    /// The network in evaluation mode if it is a ResNet-50, otherwise null. Under a head it ends with the last stage that the
    /// head reads; without a head it is whole and has a classifier.
    /// </summary>
    public BottleneckNetwork? Bottleneck { get; }

    /// <summary>
    /// The head on the features of <see cref="Bottleneck"/>. Null if the network itself was trained, and for the grader
    /// <c>nearest</c>.
    /// </summary>
    public LinearHead? Head { get; }

    /// <summary>Loads the model that was trained on all clips.</summary>
    /// <param name="directory">The directory given to <c>fit --out</c>.</param>
    /// <exception cref="TrainingException">There is no finished training, or one of its files can't be read.</exception>
    public static TrainedModel Load(string directory)
    {
        string experimentFile = Path.Combine(directory, Experiment.FileName), all = Path.Combine(directory, AllFolder);
        if (!File.Exists(experimentFile))
            throw new TrainingException(TrainingFailure.NotFound,
                $"{directory} contains no training; run `lusedge-train fit EXPERIMENT.json --out {directory}` first.");
        Experiment experiment = Experiment.Load(experimentFile);
        bool isFrozen = experiment.Method == Experiment.FrozenMethod;
        if (!File.Exists(Path.Combine(directory, FitRecord.FileName)) || !File.Exists(Path.Combine(
            all, experiment.IsNearest ? FrozenSettings.NearestFile : isFrozen ? LinearHead.FileName : GradingNetwork.FileName)))
        {
            throw new TrainingException(
                TrainingFailure.NotFinished,
                $"{directory}: the training is not finished; run `lusedge-train fit` with the same experiment to continue it.");
        }

        FitRecord record = FitRecord.Load(directory);
        int classes = record.Scheme.Classes.Count;
        if (isFrozen)
        {
            LinearHead? head = experiment.IsNearest ? null : LinearHead.Load(Path.Combine(all, LinearHead.FileName), classes);
            BottleneckNetwork backbone = LoadBackbone(experiment);
            return new TrainedModel(experiment, record, backbone, head);
        }

        GradingNetwork network = GradingNetwork.Create(experiment.Network, classes);
        network.Load(Path.Combine(all, GradingNetwork.FileName), experiment.Network);
        network.Module.eval();
        return new TrainedModel(experiment, record, network, head: null);
    }

    /// <summary>
    /// Loads the network that a head reads, up to the last stage needed, with the weights that the experiment names.
    /// </summary>
    /// <param name="experiment">An experiment with the method <c>frozen</c>.</param>
    internal static BottleneckNetwork LoadBackbone(Experiment experiment)
    {
        NetworkSettings settings = experiment.Network;
        int stages = experiment.Frozen.Stages.Max();
        if (settings.Depth != 50)
            throw new TrainingException(TrainingFailure.BadExperiment,
                $"network.architecture is {settings.Architecture}; the method frozen needs a resnet-50.");
        if (settings.Start == NetworkSettings.Imagenet) return ImagenetWeights.Load(settings.Weights!, stages);
        TorchSharp.torch.manual_seed(experiment.Seed);
        var network = new BottleneckNetwork([.. BottleneckNetwork.ResNet50.Take(stages)], settings.Width);
        if (settings.Start == NetworkSettings.Checkpoint)
        {
            string file = GradingNetwork.WeightsOf(settings.Weights!, AllFolder);
            try
            {
                // The checkpoint holds the whole network; the stages after the last one needed are ignored.
                var loaded = new Dictionary<string, bool>();
                network.load(file, strict: false, loadedParameters: loaded);

                // Weights missing from another network's file would silently stay random.
                if (network.state_dict().Keys.FirstOrDefault(key => !loaded.GetValueOrDefault(key)) is { } missing)
                    throw new FormatException($"It has no {missing}.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TrainingException(TrainingFailure.NotFound, $"{file}: the weights can't be read: {e.Message}", e);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
            {
                throw new TrainingException(
                    TrainingFailure.Unreadable,
                    $"{file}: not the weights of a resnet-50 of width {settings.Width}: "
                        + $"{e.Message} Name a training of this network.", e);
            }
        }

        network.eval();
        return network;
    }

    public void Dispose() => _network.Dispose();
}
