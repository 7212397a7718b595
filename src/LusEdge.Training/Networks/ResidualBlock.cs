using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>
/// Two 3x3 convolutions with a shortcut (He et al. 2015); names and layout are those of torchvision's BasicBlock.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="stride">Stride of the first convolution; above 1 it reduces the resolution.</param>
    public ResidualBlock(long inputs, long outputs, long stride)
        : base(nameof(ResidualBlock))
    {
        First = nn.Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false);
        FirstNorm = new BatchNormalisation(outputs);
        Second = nn.Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        SecondNorm = new BatchNormalisation(outputs);
        register_module("conv1", First);
        register_module("bn1", FirstNorm);
        register_module("conv2", Second);
        register_module("bn2", SecondNorm);
        if (stride == 1 && inputs == outputs) return;

        Shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias: false);
        ShortcutNorm = new BatchNormalisation(outputs);
        register_module("downsample", nn.Sequential(("0", Shortcut), ("1", ShortcutNorm)));
    }

    public Conv2d First { get; }

    public BatchNormalisation FirstNorm { get; }

    public Conv2d Second { get; }

    public BatchNormalisation SecondNorm { get; }

    /// <summary>The shortcut's convolution if the shape changes; null if the input is passed on unchanged.</summary>
    public Conv2d? Shortcut { get; }

    public BatchNormalisation? ShortcutNorm { get; }

    /// <param name="input">Float32 [n, inputs, h, w].</param>
    /// <returns>Float32 [n, outputs, h / stride, w / stride].</returns>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor around = Shortcut is null ? input : ShortcutNorm!.forward(Shortcut.forward(input));
        Tensor through = nn.functional.relu(FirstNorm.forward(First.forward(input)));
        return nn.functional.relu(SecondNorm.forward(Second.forward(through)).Plus(around)).MoveToOuterDisposeScope();
    }
}
