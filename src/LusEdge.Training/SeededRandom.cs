namespace LusEdge.Training;

/// <summary>
/// SplitMix64. It gives the same numbers for the same seed on every machine and runtime, which <see cref="Random"/> does not
/// promise. A class and not a struct, because a copy would repeat the numbers of the original.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _state;

    /// <param name="seed">Selects the sequence.</param>
    /// <param name="stream">Selects one of many independent sequences of that seed, for instance one per picture.</param>
    public SeededRandom(ulong seed, ulong stream = 0)
    {
        _state = seed;
        _state = Next() ^ stream * 0xD1342543DE82EF95;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float Uniform() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform between two limits.</summary>
    public float Between(float low, float high) => low + (high - low) * Uniform();

    /// <summary>An integer from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Integer(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    /// <summary>True with probability <paramref name="p"/>.</summary>
    public bool Chance(float p) => Uniform() < p;

    /// <summary>Normal with mean 0 and variance 1 (Box-Muller).</summary>
    public float Normal() =>
        MathF.Sqrt(-2 * MathF.Log(1 - Uniform())) * MathF.Cos(2 * MathF.PI * Uniform());
}
