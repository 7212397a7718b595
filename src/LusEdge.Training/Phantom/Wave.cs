namespace LusEdge.Training.Phantom;

/// <summary>A smooth random curve over the lateral position: five sines of unrelated frequencies. Mostly within -1..1.</summary>
internal sealed class Wave
{
    private const int Sines = 5;

    private readonly float[] _frequencies = new float[Sines];
    private readonly float[] _phases = new float[Sines];

    /// <param name="random">Draws frequencies and phases.</param>
    /// <param name="roughness">Mean angular frequency, in radians per lateral unit.</param>
    public Wave(SeededRandom random, float roughness)
    {
        for (int i = 0; i < Sines; i++)
        {
            _frequencies[i] = roughness * random.Between(0.4f, 1.6f);
            _phases[i] = random.Between(0, 2 * MathF.PI);
        }
    }

    /// <summary>The value of the curve.</summary>
    /// <param name="x">Lateral position.</param>
    public float At(float x)
    {
        float sum = 0;
        for (int i = 0; i < Sines; i++) sum += MathF.Sin(_frequencies[i] * x + _phases[i]);
        return sum * (1 / 2.5f);
    }
}
