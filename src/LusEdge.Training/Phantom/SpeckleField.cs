namespace LusEdge.Training.Phantom;

/// <summary>
/// Fully developed speckle: the magnitude of complex Gaussian noise smoothed by the point spread function. It is Rayleigh
/// distributed and correlated between neighbouring samples. The field has mean 1 and wraps around in both directions.
/// </summary>
internal sealed class SpeckleField
{
    /// <summary>Beams before the field repeats; a power of two, so that a mask wraps it.</summary>
    public const int Beams = 256;

    /// <summary>Samples along a beam before the field repeats; a power of two.</summary>
    public const int Samples = 512;

    /// <summary>In samples. Wider across the beams than along them, as in a transducer's point spread function.</summary>
    private const float LateralSigma = 1.3f, AxialSigma = 0.9f;

    private readonly float[] _values = new float[Beams * Samples];

    private SpeckleField()
    {
        var random = new SeededRandom(0x5EC41E);
        float[] real = Smoothed(random), imaginary = Smoothed(random);
        double sum = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = MathF.Sqrt(real[i] * real[i] + imaginary[i] * imaginary[i]);
            sum += _values[i];
        }

        float scale = (float)(_values.Length / sum);
        for (int i = 0; i < _values.Length; i++) _values[i] *= scale;
    }

    /// <summary>All pictures share one field, and each reads it at its own offset.</summary>
    public static SpeckleField Shared { get; } = new();

    /// <summary>The samples along one beam.</summary>
    /// <param name="beam">Any integer; it wraps around.</param>
    public ReadOnlySpan<float> Beam(int beam) => _values.AsSpan((beam & Beams - 1) * Samples, Samples);

    private static float[] Smoothed(SeededRandom random)
    {
        var noise = new float[Beams * Samples];
        for (int i = 0; i < noise.Length; i++) noise[i] = random.Normal();
        return Convolved(Convolved(noise, AxialSigma, along: 1), LateralSigma, along: Samples);
    }

    private static float[] Convolved(float[] source, float sigma, int along)
    {
        int reach = (int)MathF.Ceiling(3 * sigma);
        var result = new float[source.Length];
        for (int tap = -reach; tap <= reach; tap++)
        {
            float weight = MathF.Exp(-tap * tap / (2 * sigma * sigma));
            for (int beam = 0; beam < Beams; beam++)
            {
                for (int sample = 0; sample < Samples; sample++)
                {
                    int from = along == 1
                        ? beam * Samples + (sample + tap & Samples - 1)
                        : (beam + tap & Beams - 1) * Samples + sample;
                    result[beam * Samples + sample] += weight * source[from];
                }
            }
        }

        return result;
    }
}
