namespace LusEdge.Training.Phantom;

/// <summary>
/// Computes the echoes of a scene beam by beam, as a scanner receives them: the amplitude along the beam is multiplied by
/// speckle, attenuated with depth, and compressed to decibels. It owns its buffers, so rendering a frame allocates nothing. Not
/// thread-safe.
/// </summary>
internal sealed class PhantomRenderer
{
    /// <summary>Beams per frame.</summary>
    public const int Beams = 160;

    /// <summary>Samples per beam.</summary>
    public const int Samples = 288;

    /// <summary>The dynamic range of the picture, from black to white, in dB.</summary>
    private const float DynamicRange = 54;

    /// <summary>How far the pleura of the most diseased lung wanders, as a share of the depth.</summary>
    private const float LargestCourse = 0.016f;

    private readonly byte[] _levels = new byte[Beams * Samples];

    /// <summary>Diffuse echoes along the beam, fully modulated by speckle.</summary>
    private readonly float[] _diffuse = new float[Samples];

    /// <summary>Echoes of smooth interfaces and reverberations, hardly modulated by speckle.</summary>
    private readonly float[] _specular = new float[Samples];

    /// <summary>Renders a scene at a point in time.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="seconds">The time since the clip's start.</param>
    /// <param name="noise">Draws the receiver noise of this frame.</param>
    /// <returns>Gray levels, <see cref="Beams"/> rows of <see cref="Samples"/>. Each call returns the same memory.</returns>
    public ReadOnlySpan<byte> Render(PhantomScene scene, float seconds, SeededRandom noise)
    {
        float breath = MathF.Sin(2 * MathF.PI * seconds / scene.BreathSeconds + scene.BreathPhase);
        float slide = scene.Slide * breath, lift = 0.004f * breath;
        int noiseBeam = noise.Integer(0, SpeckleField.Beams - 1), noiseSample = noise.Integer(0, SpeckleField.Samples - 1);
        for (int beam = 0; beam < Beams; beam++)
        {
            float x = 2f * beam / (Beams - 1) - 1;

            // The chest wall stays under the probe. The lung slides, so its structures are looked up at their position at rest.
            float lung = x - slide;
            Array.Clear(_diffuse);
            Array.Clear(_specular);
            float rest = scene.PleuraDepth + scene.PleuraTilt * x + scene.PleuraSag * x * x;
            float pleura = rest + lift + scene.Irregularity * LargestCourse * scene.PleuraCourse.At(lung);
            DrawWall(scene, x, rest, pleura);
            float open = DrawConsolidations(scene, lung, pleura, out float air);
            float veil = DrawBLines(scene, lung, seconds, air);
            DrawPleura(scene, lung, pleura, open, veil);
            Compress(scene, beam, pleura, slide, noiseBeam, noiseSample);
        }

        return _levels;
    }

    private static int Index(float depth) => Math.Clamp((int)MathF.Ceiling(depth * (Samples - 1)), 0, Samples);

    private static float Depth(int sample) => (float)sample / (Samples - 1);

    /// <summary>Adds a bright line across the beam.</summary>
    private void AddLine(float depth, float thickness, float echo)
    {
        int from = Index(depth - 3 * thickness), to = Index(depth + 3 * thickness);
        for (int i = from; i < to; i++)
        {
            float off = (Depth(i) - depth) / thickness;
            _specular[i] += echo * MathF.Exp(-off * off);
        }
    }

    /// <summary>
    /// Draws the chest wall down to the pleura. Its layers follow the course that a healthy pleura has at rest.
    /// </summary>
    private void DrawWall(PhantomScene scene, float x, float rest, float pleura)
    {
        int end = Index(pleura);
        for (int i = 0; i < end; i++)
        {
            float depth = Depth(i);

            // The bright band of the skin under the gel, then muscle with slightly oblique fibres.
            float skin = 0.35f * MathF.Exp(-depth * depth / (0.012f * 0.012f));
            _diffuse[i] = skin + scene.WallEcho * (1 + 0.5f * scene.MuscleTexture.At(depth * 5 + x * 0.25f));
        }

        foreach (PhantomScene.Fascia fascia in scene.Fascias)
            AddLine(fascia.Depth * rest + 0.004f * fascia.Course.At(x), 0.004f, fascia.Echo);
    }

    /// <summary>Draws the consolidations, which replace the air below the pleura.</summary>
    /// <returns>How intact the pleura is above them: 1 where nothing interrupts it.</returns>
    private float DrawConsolidations(PhantomScene scene, float x, float pleura, out float air)
    {
        air = pleura;
        float open = 1;
        foreach (PhantomScene.Consolidation part in scene.Consolidations)
        {
            float off = (x - part.Position) / part.Width;
            if (off * off >= 1) continue;
            float bottom = pleura + part.Depth * (MathF.Sqrt(1 - off * off) + 0.15f * scene.BorderCourse.At(x));
            if (bottom <= air) continue;
            int end = Index(bottom);
            for (int i = Index(pleura); i < end; i++) _diffuse[i] = part.Echo;
            AddLine(bottom, 0.01f, 0.45f);
            (air, open) = (bottom, 0.3f);
        }

        return open;
    }

    /// <summary>Draws haze, B-lines and white lung, from the beginning of the air to the bottom.</summary>
    /// <returns>How much they hide of what is below, above all of the A-lines: 0-1.</returns>
    private float DrawBLines(PhantomScene scene, float x, float seconds, float air)
    {
        int start = Index(air);
        for (int i = start; i < Samples; i++) _diffuse[i] += scene.HazeEcho * MathF.Exp(-4 * (Depth(i) - air));
        float veil = 0;
        foreach (PhantomScene.BLine line in scene.BLines)
        {
            float off = (x - line.Position) / line.Width;
            if (off * off > 9) continue;
            float across = MathF.Exp(-off * off / 2);
            float echo = line.Echo * across * (1 + 0.12f * MathF.Sin(2.3f * seconds + line.Phase));
            for (int i = start; i < Samples; i++)
            {
                float below = Depth(i) - air;
                float ladder = 1 + 0.25f * MathF.Sin(line.Ladder * below + line.Phase);
                _specular[i] += echo * ladder * MathF.Exp(-below / line.Length);
            }

            if (line.Length > 1) veil = MathF.Max(veil, across);
        }

        if (scene.WhiteLung > 0)
        {
            float echo = 0.34f * scene.WhiteLung * (1 + 0.2f * scene.BorderCourse.At(x));
            for (int i = start; i < Samples; i++) _diffuse[i] += echo * MathF.Exp(-0.5f * (Depth(i) - air));
            veil = 1;
        }

        return veil;
    }

    /// <summary>Draws the pleural line and the A-lines, its reflections at multiples of its depth.</summary>
    private void DrawPleura(PhantomScene scene, float x, float pleura, float open, float veil)
    {
        float whole = open;
        if (scene.Gaps > 0)
        {
            // The height of the wave is roughly normal with a standard deviation of 0.63; the logistic curve converts the share
            // of gaps to a threshold.
            float threshold = 0.37f * MathF.Log((1 - scene.Gaps) / scene.Gaps);
            float broken = Math.Clamp((scene.PleuraBreaks.At(x) - threshold) / 0.2f + 0.5f, 0, 1);
            whole = MathF.Min(whole, 1 - 0.9f * broken);
        }

        AddLine(pleura, scene.PleuraThickness, whole);
        float echo = 0.42f * scene.ALines * whole * (1 - 0.9f * veil);
        for (int multiple = 2; (multiple - 0.2f) * pleura < 1; multiple++, echo *= 0.6f)
            AddLine(multiple * pleura, scene.PleuraThickness * (0.8f + 0.2f * multiple), echo);
    }

    /// <summary>Applies speckle, attenuation and receiver noise, and converts decibels to gray levels.</summary>
    private void Compress(PhantomScene scene, int beam, float pleura, float slide, int noiseBeam, int noiseSample)
    {
        SpeckleField field = SpeckleField.Shared;
        ReadOnlySpan<float> wall = field.Beam(beam + scene.WallSpeckle.Beam);
        float moved = slide * (Beams - 1) / 2;
        int whole = (int)MathF.Floor(moved);
        float part = moved - whole;
        ReadOnlySpan<float> near = field.Beam(beam - whole + scene.LungSpeckle.Beam);
        ReadOnlySpan<float> far = field.Beam(beam - whole - 1 + scene.LungSpeckle.Beam);
        ReadOnlySpan<float> receiver = field.Beam(beam + noiseBeam);
        Span<byte> levels = _levels.AsSpan(beam * Samples, Samples);
        int lungFrom = Index(pleura);

        // In base-2 logarithms: 20 log10(a) = 6.0206 log2(a).
        const float levelsPerDecibel = 255 / DynamicRange;
        float fall = scene.Attenuation / (Samples - 1);
        for (int i = 0; i < Samples; i++)
        {
            float speckle = i < lungFrom
                ? wall[i + scene.WallSpeckle.Sample & SpeckleField.Samples - 1]
                : near[i + scene.LungSpeckle.Sample & SpeckleField.Samples - 1] * (1 - part)
                    + far[i + scene.LungSpeckle.Sample & SpeckleField.Samples - 1] * part;
            float amplitude = _diffuse[i] * speckle + _specular[i] * (0.6f + 0.4f * speckle)
                + 0.0022f * receiver[i + noiseSample & SpeckleField.Samples - 1];
            float decibels = 6.0206f * MathF.Log2(amplitude) + scene.Gain - fall * i;
            levels[i] = (byte)Math.Clamp((decibels + DynamicRange) * levelsPerDecibel, 0, 255);
        }
    }
}
