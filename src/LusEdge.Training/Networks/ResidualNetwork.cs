using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>
/// ResNet-18 or -34 for gray pictures, with torchvision's names and layout but one input channel. Tests use narrower ones.
/// </summary>
internal sealed class ResidualNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>The number of layers with two blocks in each stage.</summary>
    public const int SmallestDepth = 18;

    /// <summary>The number of blocks in each of the four stages, by the number of layers.</summary>
    public static readonly IReadOnlyDictionary<int, IReadOnlyList<int>> Depths = new Dictionary<int, IReadOnlyList<int>>
    {
        [SmallestDepth] = [2, 2, 2, 2],
        [34] = [3, 4, 6, 3],
    };

    /// <param name="classes">Number of outputs.</param>
    /// <param name="width">Channels of the first stage; they double from stage to stage. The published networks have 64.</param>
    /// <param name="depth">The number of layers: a key of <see cref="Depths"/>.</param>
    public ResidualNetwork(int classes, int width = 64, int depth = SmallestDepth)
        : base(nameof(ResidualNetwork))
    {
        Stem = nn.Conv2d(1, width, 7, stride: 2, padding: 3, bias: false);
        StemNorm = new BatchNormalisation(width);
        register_module("conv1", Stem);
        register_module("bn1", StemNorm);
        var stages = new List<IReadOnlyList<ResidualBlock>>();
        long channels = width;
        for (int stage = 1; stage <= 4; stage++)
        {
            long outputs = (long)width << stage - 1;
            ResidualBlock[] row = [.. Enumerable.Range(0, Depths[depth][stage - 1]).Select(i =>
                i == 0
                    ? new ResidualBlock(channels, outputs, stride: stage == 1 ? 1 : 2)
                    : new ResidualBlock(outputs, outputs, stride: 1))];
            register_module(
                $"layer{stage}", nn.Sequential([.. row.Select((block, i) => ($"{i}", (nn.Module<Tensor, Tensor>)block))]));
            stages.Add(row);
            channels = outputs;
        }

        Stages = stages;
        Classifier = nn.Linear(channels, classes);
        register_module("fc", Classifier);
        foreach (nn.Module module in modules())
        {
            if (module is Conv2d convolution)
                nn.init.kaiming_normal_(
                    convolution.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        }
    }

    public Conv2d Stem { get; }

    public BatchNormalisation StemNorm { get; }

    /// <summary>The blocks of the four stages, first to last.</summary>
    public IReadOnlyList<IReadOnlyList<ResidualBlock>> Stages { get; }

    public Linear Classifier { get; }

    /// <param name="input">Float32 [n, 1, h, w], normalised gray.</param>
    /// <returns>Logits, float32 [n, classes].</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Classifier.forward(Pool(input)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes the input of the classifier: the means of the last features over the picture, float32 [n, channels].
    /// </summary>
    public Tensor Pool(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = nn.functional.relu(StemNorm.forward(Stem.forward(input)));
        features = nn.functional.max_pool2d(features, 3, 2, 1);
        foreach (ResidualBlock block in Stages.SelectMany(stage => stage)) features = block.forward(features);
        return features.mean([2, 3]).MoveToOuterDisposeScope();
    }
}
