using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>A residual network of either kind that grades gray pictures. Owns the network.</summary>
internal sealed class GradingNetwork : IDisposable
{
    /// <summary>The name of the file with the weights.</summary>
    public const string FileName = "weights.bin";

    private readonly IReadOnlyList<nn.Module>[] _stages;

    private GradingNetwork(nn.Module module, Linear classifier, IReadOnlyList<nn.Module>[] stages) =>
        (Module, Classifier, _stages) = (module, classifier, stages);

    /// <summary>The network: a <see cref="ResidualNetwork"/> or a <see cref="BottleneckNetwork"/> with a classifier.</summary>
    public nn.Module Module { get; }

    /// <summary>Maps pooled features to logits.</summary>
    public Linear Classifier { get; }

    /// <summary>Makes a network with random weights.</summary>
    /// <param name="settings">The network's architecture and width.</param>
    /// <param name="classes">Number of outputs.</param>
    public static GradingNetwork Create(NetworkSettings settings, int classes)
    {
        if (settings.Depth == 50)
        {
            var bottleneck = new BottleneckNetwork(BottleneckNetwork.ResNet50, settings.Width, classes);
            return new GradingNetwork(bottleneck, bottleneck.Classifier!, [.. bottleneck.Stages]);
        }

        var residual = new ResidualNetwork(classes, settings.Width, settings.Depth);
        return new GradingNetwork(residual, residual.Classifier, [.. residual.Stages]);
    }

    /// <summary>Makes a network with the weights that its training starts from.</summary>
    /// <param name="settings">The network's architecture and width, and the weights to start from.</param>
    /// <param name="classes">Number of outputs.</param>
    /// <param name="part">For a checkpoint, the folder whose weights to start from.</param>
    /// <exception cref="TrainingException">The weights are missing or belong to another network.</exception>
    public static GradingNetwork Start(NetworkSettings settings, int classes, string part)
    {
        GradingNetwork network = Create(settings, classes);
        if (settings.Start == NetworkSettings.Imagenet)
        {
            using BottleneckNetwork imagenet = ImagenetWeights.Load(settings.Weights!, BottleneckNetwork.ResNet50.Count);
            Copy(imagenet, network.Module);
        }

        if (settings.Start == NetworkSettings.Checkpoint) network.Load(WeightsOf(settings.Weights!, part), settings);
        return network;
    }

    /// <summary>The path of the weights in a training's directory.</summary>
    /// <param name="training">The training's directory.</param>
    /// <param name="part">The folder of a fold, or of the model trained on all clips.</param>
    public static string WeightsOf(string training, string part) => Path.Combine(training, part, FileName);

    /// <summary>Computes the input of the classifier.</summary>
    /// <param name="pictures">Float32 [n,1,h,w], gray levels 0-255.</param>
    /// <returns>Float32 [n, channels].</returns>
    public Tensor Pool(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = Module is BottleneckNetwork bottleneck
            ? bottleneck.forward(pictures)[^1].mean([2, 3])
            : ((ResidualNetwork)Module).Pool(pictures.Times(1 / 255.0).Plus(-Normalisation.Mean).Times(1 / Normalisation.Std));
        return pooled.MoveToOuterDisposeScope();
    }

    /// <summary>Grades pictures.</summary>
    /// <param name="pictures">Float32 [n,1,h,w], gray levels 0-255.</param>
    /// <returns>Logits, float32 [n, classes].</returns>
    public Tensor Forward(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        return Classifier.forward(Pool(pictures)).MoveToOuterDisposeScope();
    }

    /// <summary>Prepares the network for training. Frozen stages keep their running statistics too.</summary>
    /// <param name="lastStages">The number of last stages to train; null for the whole network.</param>
    /// <returns>The parameters to train.</returns>
    public IReadOnlyList<Parameter> Train(int? lastStages)
    {
        Module.train();
        if (lastStages is not { } count) return [.. Module.parameters()];
        Module.eval();
        nn.Module[] learning = [.. _stages.TakeLast(count).SelectMany(stage => stage), Classifier];
        foreach (Parameter parameter in Module.parameters()) parameter.requires_grad = false;
        foreach (nn.Module module in learning)
        {
            module.train();
            foreach (Parameter parameter in module.parameters()) parameter.requires_grad = true;
        }

        return [.. learning.SelectMany(module => module.parameters())];
    }

    /// <summary>Writes the weights.</summary>
    public void Save(string file) => Module.save(file);

    /// <summary>Loads weights of the same network.</summary>
    /// <param name="file">A file written by <see cref="Save"/>.</param>
    /// <param name="of">The expected network, for the message.</param>
    /// <exception cref="TrainingException">It is missing, damaged or belongs to another network.</exception>
    public void Load(string file, NetworkSettings of)
    {
        try
        {
            Module.load(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{file}: the weights can't be read: {e.Message} Train again.", e);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new TrainingException(
                TrainingFailure.Unreadable,
                $"{file}: not the weights of a {of.Architecture} of width {of.Width} with {Classifier.out_features} classes: "
                    + $"{e.Message} Name a training of this network and scale.",
                e);
        }
    }

    public void Dispose() => Module.Dispose();

    private static void Copy(nn.Module from, nn.Module to)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        Dictionary<string, Tensor> target = to.state_dict();
        foreach ((string name, Tensor weights) in from.state_dict()) target[name].copy_(weights);
    }
}
