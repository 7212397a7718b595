using LusEdge.Infer;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Experiments;

/// <summary>
/// What a finished training left: its experiment and scale, and either a network that grades by itself or a network that stays as it
/// was and a linear head on its features. Owns the network.
/// </summary>
internal sealed class TrainedModel : IDisposable
{
    /// <summary>The directory of the model that was trained on all clips.</summary>
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

    /// <summary>How it ran; says whether the model is for demonstration only, and whether the split leaked.</summary>
    public FitRecord Record { get; }

    /// <summary>The scale of its outputs.</summary>
    public ScoringScheme Scheme => new(Record.Scheme.Id, Record.Scheme.Classes, Record.Scheme.Severities);

    /// <summary>Width and height of the network's input in pixels.</summary>
    public int Size => Experiment.Size;

    /// <summary>The network, if it is a ResNet-18 or -34; in evaluation mode.</summary>
    public ResidualNetwork? Residual { get; }

    /// <summary>
    /// The network, if it is a ResNet-50: whole and with a classifier, or, under a head, as far as the head's last stage and without one.
    /// </summary>
    public BottleneckNetwork? Bottleneck { get; }

    /// <summary>What grades the features of <see cref="Bottleneck"/>; null for a network that was trained itself, and where frames are compared instead.</summary>
    public LinearHead? Head { get; }

    /// <summary>Loads the model that was trained on all clips.</summary>
    /// <param name="directory">What <c>fit --out</c> named.</param>
    /// <exception cref="TrainingException">There is no finished training, or a file of it can't be read.</exception>
    public static TrainedModel Load(string directory)
    {
        string experimentFile = Path.Combine(directory, Experiment.FileName), all = Path.Combine(directory, AllFolder);
        if (!File.Exists(experimentFile))
            throw new TrainingException(TrainingFailure.NotFound, $"{directory} holds no training; run `lusedge-train fit EXPERIMENT.json --out {directory}` first.");
        Experiment experiment = Experiment.Load(experimentFile);
        bool isFrozen = experiment.Method == Experiment.FrozenMethod;
        if (!File.Exists(Path.Combine(directory, FitRecord.FileName)) || !File.Exists(Path.Combine(all, experiment.IsNearest ? FrozenSettings.NearestFile : isFrozen ? LinearHead.FileName : GradingNetwork.FileName)))
        {
            throw new TrainingException(
                TrainingFailure.NotFinished, $"{directory}: the training is not finished; run `lusedge-train fit` with the same experiment to go on.");
        }

        FitRecord record = FitRecord.Load(directory);
        int classes = record.Scheme.Classes.Count;
        if (isFrozen)
        {
            LinearHead? head = experiment.IsNearest ? null : LinearHead.Load(Path.Combine(all, LinearHead.FileName), classes);
            BottleneckNetwork backbone = Backbone(experiment);
            return new TrainedModel(experiment, record, backbone, head);
        }

        GradingNetwork network = GradingNetwork.Create(experiment.Network, classes);
        network.Load(Path.Combine(all, GradingNetwork.FileName), experiment.Network);
        network.Module.eval();
        return new TrainedModel(experiment, record, network, head: null);
    }

    /// <summary>The network that a head reads, as far as its last stage, with the weights that the experiment names.</summary>
    /// <param name="experiment">Of the method <c>frozen</c>.</param>
    internal static BottleneckNetwork Backbone(Experiment experiment)
    {
        NetworkSettings settings = experiment.Network;
        int stages = experiment.Frozen.Stages.Max();
        if (settings.Depth != 50)
            throw new TrainingException(TrainingFailure.BadExperiment, $"network.architecture is {settings.Architecture}; the method frozen reads a resnet-50.");
        if (settings.Start == NetworkSettings.Imagenet) return ImagenetWeights.Load(settings.Weights!, stages);
        TorchSharp.torch.manual_seed(experiment.Seed);
        var network = new BottleneckNetwork([.. BottleneckNetwork.ResNet50.Take(stages)], settings.Width);
        if (settings.Start == NetworkSettings.Checkpoint)
        {
            string file = GradingNetwork.WeightsOf(settings.Weights!, AllFolder);
            try
            {
                // The checkpoint's network is whole; what lies behind the last stage is not read.
                var loaded = new Dictionary<string, bool>();
                network.load(file, strict: false, loadedParameters: loaded);

                // What a file of another network lacks would stay random, and nobody would be told.
                if (network.state_dict().Keys.FirstOrDefault(key => !loaded.GetValueOrDefault(key)) is { } missing) throw new FormatException($"It has no {missing}.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TrainingException(TrainingFailure.NotFound, $"{file}: the weights can't be read: {e.Message}", e);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
            {
                throw new TrainingException(TrainingFailure.Unreadable, $"{file}: not the weights of a resnet-50 of width {settings.Width}: {e.Message} Name a training of this network.", e);
            }
        }

        network.eval();
        return network;
    }

    public void Dispose() => _network.Dispose();
}
