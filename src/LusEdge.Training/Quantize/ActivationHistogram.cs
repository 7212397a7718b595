using System.Numerics.Tensors;

namespace LusEdge.Training.Quantize;

/// <summary>
/// The distribution of a graph value over all calibration pictures. The bins are even and centred on zero; if a number is
/// outside, all bins become twice as wide.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int Bins = 8192;

    private readonly long[] _counts = new long[Bins];
    private float _reach, _lowest, _highest;

    /// <summary>Adds the numbers of one picture.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        (_lowest, _highest) =
            (MathF.Min(_lowest, TensorPrimitives.Min(values)), MathF.Max(_highest, TensorPrimitives.Max(values)));
        float largest = MathF.Max(-_lowest, _highest);
        if (largest == 0) return;
        if (_reach == 0) _reach = largest;
        while (_reach <= largest) Widen();
        float binsPerUnit = Bins / (2 * _reach);
        foreach (float value in values) _counts[(int)((value + _reach) * binsPerUnit)]++;
    }

    /// <summary>
    /// Finds the range of 256 steps with the smallest sum of squared errors: a wider range makes every step coarser, and a
    /// narrower one clips more numbers.
    /// </summary>
    public QuantizedRange Range()
    {
        const int Candidates = 100;
        QuantizedRange best = QuantizedRange.Of(_lowest, _highest);
        double least = double.MaxValue;
        for (int i = Candidates; i > Candidates / 5; i--)
        {
            QuantizedRange candidate = QuantizedRange.Of(_lowest * i / Candidates, _highest * i / Candidates);
            double error = Error(candidate);
            if (error < least) (least, best) = (error, candidate);
        }

        return best;
    }

    private double Error(QuantizedRange range)
    {
        (float low, float high) = (range.Low, range.High);
        double width = 2.0 * _reach / Bins, inside = range.Scale * (double)range.Scale / 12, sum = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            // Zero, the most frequent number after a rectifier, has its own step.
            if (_counts[bin] == 0 || bin == Bins / 2) continue;
            double value = (bin + 0.5) * width - _reach;
            double beyond = Math.Max(0, Math.Max(low - value, value - high));
            sum += _counts[bin] * (beyond > 0 ? beyond * beyond : inside);
        }

        return sum;
    }

    private void Widen()
    {
        for (int bin = 0; bin < Bins / 4; bin++)
        {
            // From the middle outwards on both sides, so that nothing is overwritten before it has been read.
            int above = Bins / 2 + 2 * bin, below = Bins / 2 - 1 - 2 * bin;
            _counts[Bins / 2 + bin] = _counts[above] + _counts[above + 1];
            _counts[Bins / 2 - 1 - bin] = _counts[below] + _counts[below - 1];
        }

        _counts.AsSpan(0, Bins / 4).Clear();
        _counts.AsSpan(3 * Bins / 4).Clear();
        _reach *= 2;
    }
}
