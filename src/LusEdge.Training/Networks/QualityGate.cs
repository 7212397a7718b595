using LusEdge.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace LusEdge.Training.Networks;

/// <summary>
/// How much a picture resembles those that a network was trained on: a number in (0,1), computed from the features of the
/// network's third stage, averaged in horizontal bands. The standardised features of the training clips lie near a few principal
/// directions, and a picture's distance is the part of its features outside these directions. Of the scores tried, this one let
/// the fewest foreign pictures through; energy and the highest probability let nearly all of them through (docs/training.md).
/// </summary>
/// <param name="Mean">Mean of the training clips' features: for each channel, its bands.</param>
/// <param name="InverseSpread">1 / standard deviation of each feature.</param>
/// <param name="Directions">Leading principal components of the standardised features, row-major [features, directions].</param>
internal sealed record QualityGate(float[] Mean, float[] InverseSpread, float[] Directions)
{
    /// <summary>The stage whose features are read, from 1; in a network with fewer stages, the last one.</summary>
    public const int Stage = 3;

    /// <summary>The name of these features in files written by this trainer.</summary>
    public const string FeaturesName = "quality_features";

    /// <summary>The number of horizontal bands. They make an upside-down picture look different.</summary>
    public const int Bands = 4;

    private const double SmallestSpread = 1e-6;

    /// <summary>How steeply quality falls with distance.</summary>
    public float Slope { get; init; } = 1;

    /// <summary>The distance at which quality is one half.</summary>
    public float Middle { get; init; } = 1;

    /// <summary>The number of directions.</summary>
    public int Count => Directions.Length / Mean.Length;

    /// <summary>Fits the gate to the features of training clips.</summary>
    /// <param name="clips">One row per training clip: the mean of its frames' features.</param>
    /// <param name="directions">The maximum number of leading directions that count as known.</param>
    public static QualityGate Fit(IReadOnlyList<float[]> clips, int directions)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        long count = clips.Count, size = clips[0].Length, kept = Math.Min(directions, Math.Min(count, size) - 1);
        Tensor rows = tensor(clips.SelectMany(row => row).ToArray(), [count, size]).to(float64);
        (Tensor mean, Tensor spread) = (rows.mean([0]), rows.std(0).AtLeast(SmallestSpread));
        Tensor standard = (rows - mean) / spread;

        // There are more features than clips, so use the products between clips instead of those between features.
        (Tensor variances, Tensor vectors) = linalg.eigh(standard.mm(standard.t()));
        Tensor lengths = variances.narrow(0, count - kept, kept).AtLeast(SmallestSpread).sqrt();
        return new QualityGate(Numbers(mean), Numbers(spread.reciprocal()),
            Numbers(standard.t().mm(vectors.narrow(1, count - kept, kept)) / lengths));
    }

    /// <summary>Averages features in bands, exactly as the exported file does.</summary>
    /// <param name="map">Row-major [channels, side, side].</param>
    /// <param name="channels">The number of channels.</param>
    public static float[] Pool(ReadOnlySpan<float> map, int channels)
    {
        int side = (int)Math.Round(Math.Sqrt(map.Length / channels));
        float[] bands = RowBands.Weights(Bands, side);
        var pooled = new float[channels * Bands];
        var rows = new float[side];
        for (int channel = 0; channel < channels; channel++)
        {
            for (int row = 0; row < side; row++)
                rows[row] = TensorPrimitives.Sum(map.Slice((channel * side + row) * side, side)) / side;
            for (int band = 0; band < Bands; band++)
                pooled[channel * Bands + band] = TensorPrimitives.Dot<float>(rows, bands.AsSpan(band * side, side));
        }

        return pooled;
    }

    /// <summary>Returns this gate with quality scaled to two distances.</summary>
    /// <param name="usual">The median distance of real pictures, where quality is 0.95.</param>
    /// <param name="farthest">The distance at which quality is 0.5.</param>
    public QualityGate Scaled(float usual, float farthest) =>
        this with { Middle = farthest, Slope = MathF.Log(0.95f / 0.05f) / MathF.Max(farthest - usual, 1e-3f) };

    /// <summary>Computes a picture's distance.</summary>
    /// <param name="features">Its features, as returned by <see cref="Pool"/>.</param>
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

    /// <summary>Converts a distance to quality.</summary>
    public float Quality(float distance) => 1 / (1 + MathF.Exp(-Slope * (Middle - distance)));

    private static float[] Numbers(Tensor tensor) => tensor.to(float32).contiguous().data<float>().ToArray();
}
