using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>
/// The convolutions of ResNet-50, version 1 as in Keras. The input is three colour channels minus ImageNet's means, and the
/// output is the features of every stage. Tests use narrower ones.
/// </summary>
internal sealed class BottleneckNetwork : nn.Module<Tensor, Tensor[]>
{
    /// <summary>Keras' default, which the ImageNet weights were trained with; torchvision uses 1e-5.</summary>
    public const double Epsilon = 1e-3;

    /// <summary>The number of blocks in each of ResNet-50's four stages.</summary>
    public static readonly IReadOnlyList<int> ResNet50 = [3, 4, 6, 3];

    /// <summary>
    /// Mean blue, green and red of ImageNet's pictures, 0-255, in this order; subtracted before the first convolution.
    /// </summary>
    public static readonly IReadOnlyList<float> Means = [103.939f, 116.779f, 123.68f];

    /// <param name="blocks">The number of blocks in each stage; fewer stages end the network earlier.</param>
    /// <param name="width">Channels of the stem. ResNet-50 has 64.</param>
    /// <param name="classes">Outputs of the classifier; null for a network without one.</param>
    public BottleneckNetwork(IReadOnlyList<int> blocks, int width = 64, int? classes = null)
        : base(nameof(BottleneckNetwork))
    {
        Stem = nn.Conv2d(Means.Count, width, 7, stride: 2, padding: 3);
        StemNorm = new BatchNormalisation(width, Epsilon);
        var stages = new List<IReadOnlyList<BottleneckBlock>>();
        long channels = width;
        for (int stage = 0; stage < blocks.Count; stage++)
        {
            long inside = (long)width << stage;
            var row = new List<BottleneckBlock>();
            for (int i = 0; i < blocks[stage]; i++)
            {
                row.Add(new BottleneckBlock(channels, inside, stride: i == 0 && stage > 0 ? 2 : 1, projects: i == 0));
                channels = BottleneckBlock.Expansion * inside;
                register_module($"stage{stage + 1}_{i}", row[^1]);
            }

            stages.Add(row);
        }

        Stages = stages;
        register_module("stem", Stem);
        register_module("stem_norm", StemNorm);
        if (classes is null) return;

        Classifier = nn.Linear(channels, classes.Value);
        register_module("fc", Classifier);
    }

    public Conv2d Stem { get; }

    public BatchNormalisation StemNorm { get; }

    /// <summary>The blocks of each stage, first to last.</summary>
    public IReadOnlyList<IReadOnlyList<BottleneckBlock>> Stages { get; }

    /// <summary>Maps the mean of the last features to the logits; null if the network has no classifier.</summary>
    public Linear? Classifier { get; }

    /// <param name="input">Float32 [n, 1, h, w], gray 0-255; used for all three channels.</param>
    /// <returns>
    /// The features of each stage, float32 [n, channels, h / 4, w / 4] for the first and half that size from stage to stage.
    /// </returns>
    public override Tensor[] forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor colours = input - tensor(Means.ToArray()).view(1, -1, 1, 1);
        Tensor features = nn.functional.relu(StemNorm.forward(Stem.forward(colours)));
        features = nn.functional.max_pool2d(features, 3, 2, 1);
        var outputs = new List<Tensor>();
        foreach (IReadOnlyList<BottleneckBlock> stage in Stages)
        {
            foreach (BottleneckBlock block in stage) features = block.forward(features);
            outputs.Add(features.MoveToOuterDisposeScope());
        }

        return [.. outputs];
    }
}
