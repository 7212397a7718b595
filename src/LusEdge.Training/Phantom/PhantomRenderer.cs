namespace LusEdge.Training.Phantom;

/// <summary>
/// Computes the echoes of a scene beam by beam, as a scanner receives them: amplitude along the beam, multiplied by speckle,
/// weakened with depth, compressed to decibels. Owns its buffers, so a frame allocates nothing; not thread-safe.
/// </summary>
internal sealed class PhantomRenderer
{
    /// <summary>Beams a frame.</summary>
    public const int Beams = 160;

    /// <summary>Samples along a beam.</summary>
    public const int Samples = 288;

    /// <summary>What the picture can show, from black to white, in dB.</summary>
    private const float DynamicRange = 54;

    /// <summary>How far the pleura of the most diseased lung wanders, in depths.</summary>
    private const float LargestCourse = 0.016f;

    private readonly byte[] _levels = new byte[Beams * Samples];

    /// <summary>Diffuse echoes along the beam, which speckle fully.</summary>
    private readonly float[] _diffuse = new float[Samples];

    /// <summary>Echoes of smooth interfaces and reverberations, which speckle little.</summary>
    private readonly float[] _specular = new float[Samples];

    /// <summary>Renders the frame of a moment.</summary>
    /// <param name="scene">What to show.</param>
    /// <param name="seconds">When, from the clip's start.</param>
    /// <param name="noise">Draws the receiver's noise of this frame.</param>
    /// <returns>Gray levels, <see cref="Beams"/> rows of <see cref="Samples"/>; the same memory at each call.</returns>
    public ReadOnlySpan<byte> Render(PhantomScene scene, float seconds, SeededRandom noise)
    {
        float breath = MathF.Sin(2 * MathF.PI * seconds / scene.BreathSeconds + scene.BreathPhase);
        float slide = scene.Slide * breath, lift = 0.004f * breath;
        int noiseBeam = noise.Whole(0, SpeckleField.Beams - 1), noiseSample = noise.Whole(0, SpeckleField.Samples - 1);
        for (int beam = 0; beam < Beams; beam++)
        {
            float x = 2f * beam / (Beams - 1) - 1;

            // The chest wall stays under the probe; what belongs to the lung is looked up where it lay before it slid here.
            float lung = x - slide;
            Array.Clear(_diffuse);
            Array.Clear(_specular);
            float pleura = scene.PleuraDepth + scene.PleuraTilt * x + scene.PleuraSag * x * x + lift
                + scene.Irregularity * LargestCourse * scene.PleuraCourse.At(lung);
            DrawWall(scene, x, pleura);
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

    private void DrawWall(PhantomScene scene, float x, float pleura)
    {
        int end = Index(pleura);
        for (int i = 0; i < end; i++)
        {
            float depth = Depth(i);

            // The skin's bright band under the gel, then muscle whose fibres run slightly aslant.
            float skin = 0.35f * MathF.Exp(-depth * depth / (0.012f * 0.012f));
            _diffuse[i] = skin + scene.WallEcho * (1 + 0.5f * scene.MuscleTexture.At(depth * 5 + x * 0.25f));
        }

        foreach (PhantomScene.Fascia fascia in scene.Fascias)
            AddLine(fascia.Depth * pleura + 0.004f * fascia.Course.At(x), 0.004f, fascia.Echo);
    }

    /// <summary>Consolidations replace the air below the pleura.</summary>
    /// <returns>How open the pleura is above them: 1 where it is whole.</returns>
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

    /// <summary>Haze, B-lines and white lung, from where the air begins to the bottom.</summary>
    /// <returns>How much of what lies below, the A-lines above all, they hide: 0-1.</returns>
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

    /// <summary>The pleural line, and its mirror images at whole multiples of its depth: the A-lines.</summary>
    private void DrawPleura(PhantomScene scene, float x, float pleura, float open, float veil)
    {
        float whole = open;
        if (scene.Gaps > 0)
        {
            // The wave's height is near to normal with deviation 0.63; the logistic curve turns the share of gaps into a threshold.
            float threshold = 0.37f * MathF.Log((1 - scene.Gaps) / scene.Gaps);
            float broken = Math.Clamp((scene.PleuraBreaks.At(x) - threshold) / 0.2f + 0.5f, 0, 1);
            whole = MathF.Min(whole, 1 - 0.9f * broken);
        }

        AddLine(pleura, scene.PleuraThickness, whole);
        float echo = 0.42f * scene.ALines * whole * (1 - 0.9f * veil);
        for (int multiple = 2; (multiple - 0.2f) * pleura < 1; multiple++, echo *= 0.6f)
            AddLine(multiple * pleura, scene.PleuraThickness * (0.8f + 0.2f * multiple), echo);
    }

    /// <summary>Speckle, loss with depth, receiver noise, and decibels to gray levels.</summary>
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
        const float levelsADecibel = 255 / DynamicRange;
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
            levels[i] = (byte)Math.Clamp((decibels + DynamicRange) * levelsADecibel, 0, 255);
        }
    }
}
