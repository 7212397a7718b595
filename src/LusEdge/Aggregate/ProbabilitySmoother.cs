namespace LusEdge.Aggregate;

/// <summary>
/// Exponential smoothing of a row of class probabilities over feed time. Averaging probabilities, not grades, because a
/// mean of grades invents grades that the model never gave.
/// </summary>
/// <param name="classes">Number of classes.</param>
/// <param name="timeConstant">Time after which an old frame weighs 1/e; zero passes frames through.</param>
internal sealed class ProbabilitySmoother(int classes, TimeSpan timeConstant)
{
    /// <summary>After a gap this long the past says nothing about the picture now: the probe may lie elsewhere.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);

    private readonly float[] _smoothed = new float[classes];
    private TimeSpan? _last;

    /// <summary>Takes a frame's probabilities in.</summary>
    /// <param name="p">Probabilities in class order.</param>
    /// <param name="at">The frame's feed time. Going back in time, or a gap of over a second, starts anew.</param>
    /// <returns>The smoothed probabilities; the same memory at each call.</returns>
    public ReadOnlyMemory<float> Add(ReadOnlySpan<float> p, TimeSpan at)
    {
        TimeSpan step = at - (_last ?? at);
        bool startsAnew = _last is null || step < TimeSpan.Zero || step > LongestGap || timeConstant == TimeSpan.Zero;
        float weight = startsAnew ? 1 : (float)(1 - Math.Exp(-(step / timeConstant)));
        for (int i = 0; i < _smoothed.Length; i++) _smoothed[i] += weight * (p[i] - _smoothed[i]);
        _last = at;
        return _smoothed;
    }

    /// <summary>Forgets the past.</summary>
    public void Reset() => _last = null;
}
