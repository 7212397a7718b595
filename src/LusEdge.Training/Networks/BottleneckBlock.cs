using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>
/// A 1x1, a 3x3 and a 1x1 convolution with a shortcut, as first published (He et al. 2015) and as Keras' ImageNet weights were
/// trained: the stride is on the first 1x1. Torchvision has it on the 3x3, where the same weights would compute something else.
/// </summary>
internal sealed class BottleneckBlock : nn.Module<Tensor, Tensor>
{
    /// <summary>The number of outputs as a multiple of the inner channels.</summary>
    public const int Expansion = 4;

    /// <param name="inputs">Input channels.</param>
    /// <param name="inside">Channels of the 3x3 convolution; the block outputs four times as many.</param>
    /// <param name="stride">Stride of the first convolution; above 1 it reduces the resolution.</param>
    /// <param name="projects">Whether the shortcut is a convolution, as in the first block of a stage.</param>
    public BottleneckBlock(long inputs, long inside, long stride, bool projects)
        : base(nameof(BottleneckBlock))
    {
        First = nn.Conv2d(inputs, inside, 1, stride);
        FirstNorm = new BatchNormalisation(inside, BottleneckNetwork.Epsilon);
        Second = nn.Conv2d(inside, inside, 3, padding: 1);
        SecondNorm = new BatchNormalisation(inside, BottleneckNetwork.Epsilon);
        Third = nn.Conv2d(inside, Expansion * inside, 1);
        ThirdNorm = new BatchNormalisation(Expansion * inside, BottleneckNetwork.Epsilon);
        register_module("conv1", First);
        register_module("bn1", FirstNorm);
        register_module("conv2", Second);
        register_module("bn2", SecondNorm);
        register_module("conv3", Third);
        register_module("bn3", ThirdNorm);
        if (!projects) return;

        Shortcut = nn.Conv2d(inputs, Expansion * inside, 1, stride);
        ShortcutNorm = new BatchNormalisation(Expansion * inside, BottleneckNetwork.Epsilon);
        register_module("downsample", nn.Sequential(("0", Shortcut), ("1", ShortcutNorm)));
    }

    public Conv2d First { get; }

    public BatchNormalisation FirstNorm { get; }

    public Conv2d Second { get; }

    public BatchNormalisation SecondNorm { get; }

    public Conv2d Third { get; }

    public BatchNormalisation ThirdNorm { get; }

    /// <summary>The shortcut's convolution if the shape changes; null if the input is passed on unchanged.</summary>
    public Conv2d? Shortcut { get; }

    public BatchNormalisation? ShortcutNorm { get; }

    /// <param name="input">Float32 [n, inputs, h, w].</param>
    /// <returns>Float32 [n, 4 inside, h / stride, w / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor around = Shortcut is null ? input : ShortcutNorm!.forward(Shortcut.forward(input));
        Tensor through = nn.functional.relu(FirstNorm.forward(First.forward(input)));
        through = nn.functional.relu(SecondNorm.forward(Second.forward(through)));
        return nn.functional.relu(ThirdNorm.forward(Third.forward(through)).Plus(around)).MoveToOuterDisposeScope();
    }
}
