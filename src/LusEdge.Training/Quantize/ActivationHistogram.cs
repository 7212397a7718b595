using System.Numerics.Tensors;

namespace LusEdge.Training.Quantize;

/// <summary>
/// How often a value of the graph takes which numbers, over all calibration pictures. The bins lie evenly around zero; where a number
/// lies outside, they all become twice as wide.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int Bins = 8192;

    private readonly long[] _counts = new long[Bins];
    private float _reach, _lowest, _highest;

    /// <summary>Counts a picture's numbers.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        (_lowest, _highest) = (MathF.Min(_lowest, TensorPrimitives.Min(values)), MathF.Max(_highest, TensorPrimitives.Max(values)));
        float largest = MathF.Max(-_lowest, _highest);
        if (largest == 0) return;
        if (_reach == 0) _reach = largest;
        while (_reach <= largest) Widen();
        float binsAUnit = Bins / (2 * _reach);
        foreach (float value in values) _counts[(int)((value + _reach) * binsAUnit)]++;
    }

    /// <summary>
    /// The ends of the 256 steps that lose least: the further apart they are the coarser every step, the closer the more numbers are cut
    /// off. What is compared is the sum of squared errors.
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
            // Zero, which after a rectifier is most of what there is, has a step of its own.
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
            // From the middle outwards on both sides, so that nothing is overwritten before it was read.
            int above = Bins / 2 + 2 * bin, below = Bins / 2 - 1 - 2 * bin;
            _counts[Bins / 2 + bin] = _counts[above] + _counts[above + 1];
            _counts[Bins / 2 - 1 - bin] = _counts[below] + _counts[below - 1];
        }

        _counts.AsSpan(0, Bins / 4).Clear();
        _counts.AsSpan(3 * Bins / 4).Clear();
        _reach *= 2;
    }
}
