using System.Runtime.InteropServices;
using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Finetune;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019) and torch's defaults. The garbage collector can break
/// TorchSharp's own version (see <see cref="Arithmetic"/>). The state is written as plain numbers, so that a resumed training
/// continues exactly.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private const double FirstDecay = 0.9, SecondDecay = 0.999, Epsilon = 1e-8;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double _weightDecay;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private int _step;

    /// <param name="parameters">The parameters to train.</param>
    /// <param name="weightDecay">The share of the learning rate by which each step shrinks them.</param>
    public AdamW(IEnumerable<Parameter> parameters, double weightDecay)
    {
        _parameters = [.. parameters];
        _weightDecay = weightDecay;
        _means = [.. _parameters.Select(parameter => zeros(parameter.shape).DetachFromDisposeScope())];
        _squares = [.. _parameters.Select(parameter => zeros(parameter.shape).DetachFromDisposeScope())];
    }

    /// <summary>Clears the gradients of the previous step.</summary>
    public void Clear()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Parameter parameter in _parameters) parameter.grad?.zero_();
    }

    /// <summary>Moves every parameter against its gradient.</summary>
    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _step++;
        double first = 1 - Math.Pow(FirstDecay, _step), second = Math.Sqrt(1 - Math.Pow(SecondDecay, _step));
        using Scalar shrink = (1 - learningRate * _weightDecay).ToScalar(), move = (-learningRate / first).ToScalar();
        using Scalar keepMean = FirstDecay.ToScalar(), addMean = (1 - FirstDecay).ToScalar();
        using Scalar keepSquare = SecondDecay.ToScalar(), addSquare = (1 - SecondDecay).ToScalar();
        foreach ((int i, Parameter parameter) in _parameters.Index())
        {
            if (parameter.grad is not { } gradient) continue;
            parameter.mul_(shrink);
            _means[i].mul_(keepMean).add_(gradient, addMean);
            _squares[i].mul_(keepSquare).addcmul_(gradient, gradient, addSquare);
            parameter.addcdiv_(_means[i], _squares[i].sqrt().Times(1 / second).Plus(Epsilon), move);
        }
    }

    /// <summary>Writes the state to a file.</summary>
    public void Save(string file)
    {
        using var writer = new BinaryWriter(File.Create(file));
        writer.Write(_step);
        foreach (Tensor state in (Tensor[])[.. _means, .. _squares])
            writer.Write(MemoryMarshal.AsBytes(state.data<float>().ToArray().AsSpan()));
    }

    /// <summary>Reads the state that <see cref="Save"/> wrote for the same parameters.</summary>
    /// <exception cref="IOException">The file ends early.</exception>
    public void Load(string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using var reader = new BinaryReader(File.OpenRead(file));
        _step = reader.ReadInt32();
        foreach (Tensor state in (Tensor[])[.. _means, .. _squares])
        {
            var numbers = new float[state.numel()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
            state.copy_(tensor(numbers, state.shape));
        }
    }

    public void Dispose()
    {
        foreach (Tensor state in (Tensor[])[.. _means, .. _squares]) state.Dispose();
    }
}
