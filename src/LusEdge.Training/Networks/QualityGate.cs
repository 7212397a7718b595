using LusEdge.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace LusEdge.Training.Networks;

/// <summary>
/// How much a picture looks like those that a network was trained on: a number in (0,1) from the features of its third stage, averaged in horizontal
/// bands. Standardised, the training clips' features lie near a few principal directions; what of a picture's features lies outside of
/// them is its distance. Of the scores that were tried this let fewest foreign pictures through; energy and the highest probability let
/// nearly all through (docs/training.md).
/// </summary>
/// <param name="Mean">Of the training clips' features, channel by channel, for each its bands.</param>
/// <param name="InverseSpread">1 / standard deviation of each feature.</param>
/// <param name="Directions">Leading principal components of the standardised features, row-major [features, directions].</param>
internal sealed record QualityGate(float[] Mean, float[] InverseSpread, float[] Directions)
{
    /// <summary>The stage whose features are read, from 1; the last one of a network with fewer.</summary>
    public const int Stage = 3;

    /// <summary>What a file of this trainer calls these features.</summary>
    public const string FeaturesName = "quality_features";

    /// <summary>Horizontal bands: so that a picture upside down is not the same.</summary>
    public const int Bands = 4;

    private const double SmallestSpread = 1e-6;

    /// <summary>How steeply the quality falls with the distance.</summary>
    public float Slope { get; init; } = 1;

    /// <summary>The distance at which it is a half.</summary>
    public float Middle { get; init; } = 1;

    /// <summary>Number of directions.</summary>
    public int Count => Directions.Length / Mean.Length;

    /// <summary>Learns what features are like.</summary>
    /// <param name="clips">A row a training clip: the means of its frames' features.</param>
    /// <param name="directions">How many leading directions count as known, at most.</param>
    public static QualityGate Fit(IReadOnlyList<float[]> clips, int directions)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        long count = clips.Count, size = clips[0].Length, kept = Math.Min(directions, Math.Min(count, size) - 1);
        Tensor rows = tensor(clips.SelectMany(row => row).ToArray(), [count, size]).to(float64);
        (Tensor mean, Tensor spread) = (rows.mean([0]), rows.std(0).AtLeast(SmallestSpread));
        Tensor standard = (rows - mean) / spread;

        // There are more features than clips, so by the clips' products and not by the features'.
        (Tensor variances, Tensor vectors) = linalg.eigh(standard.mm(standard.t()));
        Tensor lengths = variances.narrow(0, count - kept, kept).AtLeast(SmallestSpread).sqrt();
        return new QualityGate(Numbers(mean), Numbers(spread.reciprocal()), Numbers(standard.t().mm(vectors.narrow(1, count - kept, kept)) / lengths));
    }

    /// <summary>Averages features in bands, as the file does.</summary>
    /// <param name="map">Row-major [channels, side, side].</param>
    /// <param name="channels">Number of channels.</param>
    public static float[] Pool(ReadOnlySpan<float> map, int channels)
    {
        int side = (int)Math.Round(Math.Sqrt(map.Length / channels));
        float[] bands = RowBands.Weights(Bands, side);
        var pooled = new float[channels * Bands];
        var rows = new float[side];
        for (int channel = 0; channel < channels; channel++)
        {
            for (int row = 0; row < side; row++) rows[row] = TensorPrimitives.Sum(map.Slice((channel * side + row) * side, side)) / side;
            for (int band = 0; band < Bands; band++) pooled[channel * Bands + band] = TensorPrimitives.Dot<float>(rows, bands.AsSpan(band * side, side));
        }

        return pooled;
    }

    /// <summary>The same gate with the quality a half at a distance, and high at the usual one.</summary>
    /// <param name="usual">The median of real pictures, where the quality is 0.95.</param>
    /// <param name="farthest">The distance at which it is 0.5.</param>
    public QualityGate Scaled(float usual, float farthest) =>
        this with { Middle = farthest, Slope = MathF.Log(0.95f / 0.05f) / MathF.Max(farthest - usual, 1e-3f) };

    /// <summary>A picture's distance.</summary>
    /// <param name="features">Its features, as <see cref="Pool"/> gives them.</param>
    public float Distance(ReadOnlySpan<float> features)
    {
        var standard = new float[features.Length];
        TensorPrimitives.Subtract(features, Mean, standard);
        TensorPrimitives.Multiply(standard, InverseSpread, standard);
        double sum = TensorPrimitives.SumOfSquares<float>(standard);
        for (int direction = 0; direction < Count; direction++)
        {
            double along = 0;
            for (int i = 0; i < standard.Length; i++) along += (double)standard[i] * Directions[i * Count + direction];
            sum -= along * along;
        }

        return (float)Math.Sqrt(Math.Max(sum, 0) / standard.Length);
    }

    /// <summary>The quality at a distance.</summary>
    public float Quality(float distance) => 1 / (1 + MathF.Exp(-Slope * (Middle - distance)));

    private static float[] Numbers(Tensor tensor) => tensor.to(float32).contiguous().data<float>().ToArray();
}
