using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Torch;

/// <summary>
/// Arithmetic of tensors and numbers. TorchSharp wraps every number that it passes to native code in an object with a finalizer,
/// even the 1 in the sum of two tensors, and does not keep that object alive until the native code is done. The garbage collector
/// may then free a number while it is being read: a step fails or, worse, computes something wrong. Here the number stays alive
/// until the native code has finished. The operators that can't guarantee this are banned (BannedSymbols.txt).
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

    /// <summary>The maximum of each element and a number.</summary>
    public static Tensor AtLeast(this Tensor tensor, double lowest)
    {
        using Scalar number = lowest.ToScalar();
        return tensor.clamp_min(number);
    }

    /// <summary>Clamps each element to a range.</summary>
    public static Tensor Between(this Tensor tensor, double lowest, double highest)
    {
        using Scalar low = lowest.ToScalar(), high = highest.ToScalar();
        return tensor.clamp(low, high);
    }

    /// <summary>Sets every element to a number.</summary>
    public static Tensor Fill(this Tensor tensor, double value)
    {
        using Scalar number = value.ToScalar();
        return tensor.fill_(number);
    }
}
