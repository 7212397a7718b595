using LusEdge.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.Training.Experiments;

/// <summary>
/// Changes to training pictures that teach the network what does not matter. Each operation works on tensors and has a name that
/// experiments refer to. The same seed and number give the same pictures.
/// </summary>
internal static class Augmentation
{
    /// <summary>An operation.</summary>
    /// <param name="Lowest">The lowest strength that makes sense.</param>
    /// <param name="Highest">The highest strength that makes sense.</param>
    /// <param name="Apply">
    /// Takes pictures, float32 [n,1,h,w], gray levels 0-255; their strengths, float32 [n,1,1,1]; and a source for any other
    /// random numbers.
    /// </param>
    internal sealed record Operation(double Lowest, double Highest, Func<Tensor, Tensor, SeededRandom, Tensor> Apply);

    private const float White = 255;

    /// <summary>The operations, by name.</summary>
    public static IReadOnlyDictionary<string, Operation> Operations { get; } = new Dictionary<string, Operation>
    {
        // Swaps left and right; the strength is ignored.
        ["flip"] = new(0, 1, (pictures, _, _) => pictures.flip(3)),

        // Strength: the share of width and height that remains visible.
        ["crop"] = new(0.1, 1, Crop),

        // Strength: degrees.
        ["rotate"] = new(-180, 180, (pictures, degrees, _) => Rotate(pictures, degrees)),

        // Strength: gray levels, added only where the picture is not black, so that nothing outside the sector gets brighter.
        ["brightness"] = new(-255, 255, (pictures, levels, _) => pictures.Plus(levels * pictures.Times(1 / 40.0).Between(0, 1))),

        // Strength: a factor for the difference from the picture's mean.
        ["contrast"] = new(0, 10, (pictures, factor, _) => Contrast(pictures, factor)),

        // Strength: a factor for the gray levels, like a scanner's gain.
        ["gain"] = new(0, 10, (pictures, factor, _) => pictures * factor),

        // Strength: an exponent, with white as 1.
        ["gamma"] = new(
            0.1, 10, (pictures, exponent, _) => pictures.Between(0, White).Times(1 / White).pow(exponent).Times(White)),

        // Strength: the standard deviation in gray levels.
        ["noise"] = new(0, 255, (pictures, deviation, random) => pictures.Plus(deviation * Normal(pictures.shape, random))),

        // Strength: the standard deviation of a Gaussian in pixels.
        ["blur"] = new(0.01, 5, (pictures, sigma, _) => Blur(pictures, sigma)),

        // Strength: the side of a black square, as a share of the picture's side.
        ["erase"] = new(0, 1, Erase),
    };

    /// <summary>Applies the operations of an experiment.</summary>
    /// <param name="pictures">Float32 [n,1,h,w], gray levels 0-255.</param>
    /// <param name="steps">The operations.</param>
    /// <param name="seed">Selects the random numbers.</param>
    /// <param name="number">The number of the batch within the seed.</param>
    public static Tensor Apply(Tensor pictures, IReadOnlyList<AugmentationStep> steps, ulong seed, ulong number)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new SeededRandom(seed, number);
        int count = (int)pictures.shape[0];
        foreach (AugmentationStep step in steps)
        {
            bool[] chosen = [.. Enumerable.Range(0, count).Select(_ => random.Chance((float)step.Probability))];
            float[] strengths = [.. chosen.Select(_ => random.Between((float)step.Low, (float)step.High))];
            var own = new SeededRandom(random.Next());
            if (!chosen.Contains(true)) continue;
            Tensor done = Operations[step.Name].Apply(pictures, tensor(strengths, [count, 1, 1, 1]), own);
            pictures = where(tensor(chosen, [count, 1, 1, 1]), done, pictures);
        }

        return pictures.Between(0, White).MoveToOuterDisposeScope();
    }

    private static Tensor Crop(Tensor pictures, Tensor shares, SeededRandom random)
    {
        float[] side = shares.data<float>().ToArray(), matrices = new float[side.Length * 6];
        for (int i = 0; i < side.Length; i++)
        {
            float room = 1 - side[i];
            float[] matrix = [side[i], 0, random.Between(-room, room), 0, side[i], random.Between(-room, room)];
            matrix.CopyTo(matrices, i * 6);
        }

        return Warp(pictures, matrices);
    }

    private static Tensor Rotate(Tensor pictures, Tensor degrees)
    {
        float[] angles = degrees.data<float>().ToArray(), matrices = new float[angles.Length * 6];
        for (int i = 0; i < angles.Length; i++)
        {
            (float sine, float cosine) = MathF.SinCos(angles[i] * MathF.PI / 180);
            float[] matrix = [cosine, -sine, 0, sine, cosine, 0];
            matrix.CopyTo(matrices, i * 6);
        }

        return Warp(pictures, matrices);
    }

    /// <summary>Applies an affine map from output to input coordinates; black outside the picture.</summary>
    private static Tensor Warp(Tensor pictures, float[] matrices)
    {
        Tensor grid =
            nn.functional.affine_grid(tensor(matrices, [pictures.shape[0], 2, 3]), pictures.shape, align_corners: false);
        return nn.functional.grid_sample(
            pictures, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
    }

    private static Tensor Contrast(Tensor pictures, Tensor factor)
    {
        Tensor mean = pictures.mean([1, 2, 3], keepdim: true);
        return ((pictures - mean) * factor).Plus(mean);
    }

    private static Tensor Normal(long[] shape, SeededRandom random)
    {
        using var generator = new Generator(random.Next(), CPU);
        return zeros(shape).normal_(0, 1, generator);
    }

    private static Tensor Blur(Tensor pictures, Tensor sigma)
    {
        const int Reach = 4, Width = 2 * Reach + 1;
        float[] widths = sigma.data<float>().ToArray();
        var kernels = new float[widths.Length * Width];
        for (int i = 0; i < widths.Length; i++)
        {
            Span<float> kernel = kernels.AsSpan(i * Width, Width);
            float sum = 0;
            for (int k = 0; k < Width; k++)
                sum += kernel[k] = MathF.Exp(-(k - Reach) * (k - Reach) / (2 * widths[i] * widths[i]));
            foreach (ref float weight in kernel) weight /= sum;
        }

        // One channel per picture, each with its own kernel: first along rows, then along columns.
        long count = widths.Length;
        Tensor channels = nn.functional.pad(pictures.transpose(0, 1), [Reach, Reach, Reach, Reach], PaddingModes.Replicate);
        channels = nn.functional.conv2d(channels, tensor(kernels, [count, 1, 1, Width]), groups: count);
        return nn.functional.conv2d(channels, tensor(kernels, [count, 1, Width, 1]), groups: count).transpose(0, 1);
    }

    private static Tensor Erase(Tensor pictures, Tensor sides, SeededRandom random)
    {
        float[] shares = sides.data<float>().ToArray();
        int height = (int)pictures.shape[2], width = (int)pictures.shape[3];
        var kept = new float[shares.Length * height * width];
        kept.AsSpan().Fill(1);
        for (int i = 0; i < shares.Length; i++)
        {
            int rows = (int)(shares[i] * height), columns = (int)(shares[i] * width);
            int top = random.Integer(0, height - rows), left = random.Integer(0, width - columns);
            for (int row = top; row < top + rows; row++) kept.AsSpan((i * height + row) * width + left, columns).Clear();
        }

        return pictures * tensor(kept, pictures.shape);
    }
}
