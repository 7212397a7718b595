using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Torch;

/// <summary>
/// Arithmetic of tensors with numbers. TorchSharp makes an object with a finalizer of every number that it hands to native code,
/// also of the 1 in the sum of two tensors, and does not keep it alive for so long: the garbage collector may free what is being
/// read, and a step fails or, worse, goes wrong. Here the number lives until the native code is done. The operators that can't
/// promise it are banned (BannedSymbols.txt).
/// </summary>
internal static class Arithmetic
{
    private static readonly Scalar One = 1.ToScalar();

    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    public static Tensor Plus(this Tensor left, double right)
    {
        using Scalar number = right.ToScalar();
        return left.add(number, One);
    }

    public static Tensor Times(this Tensor left, double right)
    {
        using Scalar number = right.ToScalar();
        return left.mul(number);
    }

    /// <summary>The greater of each element and a number.</summary>
    public static Tensor AtLeast(this Tensor tensor, double lowest)
    {
        using Scalar number = lowest.ToScalar();
        return tensor.clamp_min(number);
    }

    /// <summary>Each element, or the nearest of two numbers if it is not between them.</summary>
    public static Tensor Between(this Tensor tensor, double lowest, double highest)
    {
        using Scalar low = lowest.ToScalar(), high = highest.ToScalar();
        return tensor.clamp(low, high);
    }

    /// <summary>Writes a number into every element.</summary>
    public static Tensor Fill(this Tensor tensor, double value)
    {
        using Scalar number = value.ToScalar();
        return tensor.fill_(number);
    }
}
