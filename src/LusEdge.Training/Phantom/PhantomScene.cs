namespace LusEdge.Training.Phantom;

/// <summary>
/// One place on an imaginary chest: everything that does not change from frame to frame. Lateral positions run from -1 to 1
/// across the beams, depths from 0 at the probe to 1 at the bottom of the picture; times are in seconds.
/// </summary>
internal sealed class PhantomScene
{
    /// <summary>Draws a scene.</summary>
    /// <param name="appearance">The grade to show.</param>
    /// <param name="seed">Selects the scene: the same seed and grade give the same pictures.</param>
    public PhantomScene(Appearance appearance, ulong seed)
    {
        // The chest wall has its own random sequence, so that a walk through the grades can stay on one chest.
        var chest = new SeededRandom(seed, stream: 1);
        PleuraDepth = chest.Between(0.17f, 0.27f);
        PleuraTilt = chest.Between(-0.02f, 0.02f);
        PleuraSag = chest.Between(0, 0.02f);
        WallEcho = chest.Between(0.045f, 0.11f);
        Fascias = [.. Enumerable.Range(0, chest.Integer(2, 4)).Select(_ =>
            new Fascia(chest.Between(0.15f, 0.9f), chest.Between(0.12f, 0.45f), new Wave(chest, 4)))];
        MuscleTexture = new Wave(chest, 30);
        BreathSeconds = chest.Between(3, 5);
        BreathPhase = chest.Between(0, 2 * MathF.PI);
        Slide = chest.Between(0.02f, 0.06f);
        Gain = chest.Between(-4, 4);
        Attenuation = chest.Between(2, 8);
        HazeEcho = chest.Between(0.012f, 0.03f);
        WallSpeckle = (chest.Integer(0, 255), chest.Integer(0, 255));

        var lung = new SeededRandom(seed, stream: 2);
        LungSpeckle = (lung.Integer(0, 255), lung.Integer(0, 255));
        ALines = appearance.ALines.Draw(lung);
        Irregularity = appearance.Irregularity.Draw(lung);
        Gaps = appearance.Gaps.Draw(lung);
        PleuraCourse = new Wave(lung, 11);
        PleuraBreaks = new Wave(lung, 9);
        PleuraThickness = lung.Between(0.008f, 0.012f);
        BLines = [.. DrawBLines(appearance, lung)];
        WhiteLung = appearance.Confluence.Draw(lung) is var share and > 0.9f ? share : 0;
        Consolidations = [.. DrawConsolidations(appearance, lung)];
        BorderCourse = new Wave(lung, 22);
    }

    public float PleuraDepth { get; }

    /// <summary>How much deeper the pleura is at the right edge than in the middle.</summary>
    public float PleuraTilt { get; }

    /// <summary>How much deeper it is at both edges.</summary>
    public float PleuraSag { get; }

    /// <summary>Mean echo of the chest wall; that of the pleura is 1.</summary>
    public float WallEcho { get; }

    public IReadOnlyList<Fascia> Fascias { get; }

    public Wave MuscleTexture { get; }

    public float BreathSeconds { get; }

    public float BreathPhase { get; }

    /// <summary>How far the lung slides to either side.</summary>
    public float Slide { get; }

    /// <summary>In dB.</summary>
    public float Gain { get; }

    /// <summary>The loss down to the bottom that the scanner's depth compensation does not remove, in dB.</summary>
    public float Attenuation { get; }

    /// <summary>Echo of the diffuse haze below the pleura.</summary>
    public float HazeEcho { get; }

    public (int Beam, int Sample) WallSpeckle { get; }

    public (int Beam, int Sample) LungSpeckle { get; }

    public float ALines { get; }

    public float Irregularity { get; }

    public float Gaps { get; }

    public Wave PleuraCourse { get; }

    public Wave PleuraBreaks { get; }

    public float PleuraThickness { get; }

    public IReadOnlyList<BLine> BLines { get; }

    /// <summary>How white the whole lung is; 0 for a lung that is not white.</summary>
    public float WhiteLung { get; }

    public IReadOnlyList<Consolidation> Consolidations { get; }

    public Wave BorderCourse { get; }

    /// <summary>
    /// Draws the B-lines and comets. Separate lines keep their distance; merging lines are drawn until they cover their share.
    /// </summary>
    private static IEnumerable<BLine> DrawBLines(Appearance appearance, SeededRandom random)
    {
        int comets = random.Integer(appearance.Comets.Low, appearance.Comets.High);
        int lines = random.Integer(appearance.BLines.Low, appearance.BLines.High);
        float confluent = appearance.Confluence.Draw(random);
        bool white = confluent > 0.9f;

        // The width is divided into slots, one per line and one for the confluent part, in random order.
        const float usable = 1.7f;
        float band = white ? 0 : confluent * usable;
        int slots = comets + lines;
        float slot = (usable - band) / Math.Max(slots, 1);
        int bandBefore = random.Integer(0, slots);
        var isComet = new bool[slots];
        for (int left = comets; left > 0;)
        {
            int i = random.Integer(0, slots - 1);
            if (isComet[i]) continue;
            isComet[i] = true;
            left--;
        }

        float x = -usable / 2;
        for (int i = 0; i <= slots; i++)
        {
            if (i == bandBefore && band > 0)
            {
                // Broad overlapping lines, so that no dark gap remains between them.
                int strands = (int)MathF.Ceiling(band / 0.14f);
                for (int k = 0; k < strands; k++)
                    yield return Line(
                        x + band * (k + 0.5f) / strands, band / strands * random.Between(0.55f, 0.65f), comet: false);
                x += band;
            }

            if (i == slots) break;
            yield return Line(x + slot * random.Between(0.3f, 0.7f), random.Between(0.018f, 0.03f), isComet[i]);
            x += slot;
        }

        BLine Line(float at, float width, bool comet) => new(
            at,
            width,
            random.Between(0.20f, 0.38f),
            comet ? random.Between(0.06f, 0.13f) : random.Between(3, 6),
            random.Between(35, 70),
            random.Between(0, 2 * MathF.PI));
    }

    private static IEnumerable<Consolidation> DrawConsolidations(Appearance appearance, SeededRandom random)
    {
        if (random.Chance(appearance.LargeConsolidation))
        {
            yield return new(random.Between(-0.3f, 0.3f), random.Between(0.5f, 0.8f), random.Between(0.22f, 0.38f),
                random.Between(0.05f, 0.09f));
            yield break;
        }

        int count = random.Integer(appearance.Consolidations.Low, appearance.Consolidations.High);
        for (int i = 0; i < count; i++)
        {
            float slot = 1.6f / count;
            yield return new(
                -0.8f + slot * (i + random.Between(0.3f, 0.7f)), random.Between(0.06f, 0.12f), random.Between(0.03f, 0.06f),
                random.Between(0.02f, 0.05f));
        }
    }

    /// <summary>A bright layer in the chest wall.</summary>
    /// <param name="Depth">As a share of the pleura's depth.</param>
    /// <param name="Echo">Relative to the pleura's echo.</param>
    /// <param name="Course">Its deviation from a straight line.</param>
    internal sealed record Fascia(float Depth, float Echo, Wave Course);

    /// <summary>A vertical artefact that starts at the pleura and moves with it.</summary>
    /// <param name="Position">Lateral position at rest.</param>
    /// <param name="Width">Half the lateral extent (one standard deviation).</param>
    /// <param name="Echo">Relative to the pleura's echo.</param>
    /// <param name="Length">
    /// Depth below the pleura at which it has fallen to 1/e: a B-line reaches the bottom, a comet does not.
    /// </param>
    /// <param name="Ladder">Angular frequency of its reverberations, in radians over the full depth.</param>
    /// <param name="Phase">Phase of its reverberations and its flicker.</param>
    internal sealed record BLine(float Position, float Width, float Echo, float Length, float Ladder, float Phase);

    /// <summary>Airless lung below the pleura: dark like tissue, with a bright, ragged lower border.</summary>
    /// <param name="Position">Lateral position at rest.</param>
    /// <param name="Width">Half its lateral extent.</param>
    /// <param name="Depth">How far it reaches below the pleura.</param>
    /// <param name="Echo">Echo of its interior, relative to the pleura's.</param>
    internal sealed record Consolidation(float Position, float Width, float Depth, float Echo);
}
