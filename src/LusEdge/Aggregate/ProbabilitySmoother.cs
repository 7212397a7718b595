namespace LusEdge.Aggregate;

/// <summary>
/// Exponential smoothing of class probabilities over feed time. It averages probabilities, not grades, because a
/// mean of grades yields grades that the model never gave.
/// </summary>
/// <param name="classes">Number of classes.</param>
/// <param name="timeConstant">Time after which an old frame's weight has fallen to 1/e; zero disables smoothing.</param>
internal sealed class ProbabilitySmoother(int classes, TimeSpan timeConstant)
{
    /// <summary>After a longer gap, earlier frames say nothing about the picture now: the probe may have moved.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);

    private readonly float[] _smoothed = new float[classes];
    private TimeSpan? _last;

    /// <summary>Adds a frame's probabilities.</summary>
    /// <param name="p">Probabilities in class order.</param>
    /// <param name="at">The frame's feed time. A step back in time, or a gap of over a second, restarts the smoothing.</param>
    /// <returns>The smoothed probabilities; the same memory at each call.</returns>
    public ReadOnlyMemory<float> Add(ReadOnlySpan<float> p, TimeSpan at)
    {
        TimeSpan step = at - (_last ?? at);
        bool restarts = _last is null || step < TimeSpan.Zero || step > LongestGap || timeConstant == TimeSpan.Zero;
        float weight = restarts ? 1 : (float)(1 - Math.Exp(-(step / timeConstant)));
        for (int i = 0; i < _smoothed.Length; i++) _smoothed[i] += weight * (p[i] - _smoothed[i]);
        _last = at;
        return _smoothed;
    }

    /// <summary>Forgets all earlier frames.</summary>
    public void Reset() => _last = null;
}
