using LusEdge.Training.Phantom;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// Ultrasound of other tissue than lung: speckle of homogeneous tissue, vessels, and the borders of an organ. It uses the
/// phantom's speckle and sector.
/// </summary>
/// <param name="random">Draws everything.</param>
/// <param name="vessels">The number of vessels.</param>
/// <param name="organ">Adds a capsule near the probe and a bright border deep down.</param>
internal sealed class TissueRenderer(SeededRandom random, int vessels, bool organ)
{
    private const float DynamicRange = 54, WallEcho = 0.5f, BloodEcho = 0.003f;

    private readonly (float X, float Depth, float Radius, float Stretch)[] _vessels =
    [
        .. Enumerable.Range(0, vessels).Select(_ => (
            random.Between(-0.7f, 0.7f), random.Between(0.25f, 0.75f), organ
                ? random.Between(0.02f, 0.07f)
                : random.Between(0.07f, 0.17f), random.Between(0.8f, 2.5f))),
    ];

    private readonly (int Beam, int Sample) _speckle = (random.Integer(0, 255), random.Integer(0, 255));
    private readonly float _tissue = random.Between(0.05f, 0.16f), _gain = random.Between(-4, 6), _fall = random.Between(2, 14);
    private readonly float _capsule = random.Between(0.05f, 0.2f), _border = random.Between(0.7f, 0.92f),
        _bend = random.Between(-0.15f, 0.15f);
    private readonly Wave _layers = new(random, 25);

    /// <summary>Draws the picture.</summary>
    public void Render(ScanConverter converter, Span<byte> picture)
    {
        var levels = new byte[PhantomRenderer.Beams * PhantomRenderer.Samples];
        for (int beam = 0; beam < PhantomRenderer.Beams; beam++)
        {
            float x = 2f * beam / (PhantomRenderer.Beams - 1) - 1;
            ReadOnlySpan<float> speckle = SpeckleField.Shared.Beam(beam + _speckle.Beam);
            for (int i = 0; i < PhantomRenderer.Samples; i++)
            {
                float depth = (float)i / (PhantomRenderer.Samples - 1);
                float amplitude = Echo(x, depth) * speckle[i + _speckle.Sample & SpeckleField.Samples - 1];
                float decibels = 20 * MathF.Log10(MathF.Max(amplitude, 1e-6f)) + _gain - _fall * depth;
                levels[beam * PhantomRenderer.Samples + i] =
                    (byte)Math.Clamp((decibels + DynamicRange) * (255 / DynamicRange), 0, 255);
            }
        }

        converter.Convert(levels, picture);
    }

    private float Echo(float x, float depth)
    {
        foreach ((float at, float deep, float radius, float stretch) in _vessels)
        {
            float dx = (x - at) / (radius * stretch), dy = (depth - deep) / radius, from = MathF.Sqrt(dx * dx + dy * dy);
            if (from < 1) return BloodEcho;

            // The wall is brightest where the beam meets it at a right angle.
            if (from < 1.18f) return WallEcho * (0.3f + 0.7f * MathF.Abs(dy) / from);
        }

        float echo = _tissue;
        if (!organ) return echo * (1 + 0.35f * _layers.At(depth * 4));
        if (depth < _capsule) echo *= 1 + 0.5f * _layers.At(depth * 6);
        float capsule = (depth - _capsule) / 0.006f, border = (depth - _border - _bend * x * x) / 0.012f;
        return echo + 0.4f * MathF.Exp(-capsule * capsule) + 0.7f * MathF.Exp(-border * border);
    }
}
