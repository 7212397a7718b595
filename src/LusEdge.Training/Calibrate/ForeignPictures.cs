using LusEdge.Training.Clips;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// Draws pictures that show no lung, of every kind that a scanner's cable may deliver. A seed gives the same pictures on every
/// machine. None of them was taken from anywhere, so they may be shown and kept.
/// </summary>
internal static class ForeignPictures
{
    /// <summary>The kinds of pictures and how to draw them.</summary>
    private static readonly (string Kind, Func<Canvas, SeededRandom, bool> Draw)[] Kinds =
    [
        ("black", (canvas, random) => canvas.Fill(random.Integer(0, 2))),
        ("flat gray", (canvas, random) => canvas.Fill(random.Integer(20, 235))),
        ("colour bars", Bars),
        ("noise", Noise),
        ("menu screen", Menu),
        ("checkerboard", Checkerboard),
        ("gradient", Gradient),
        ("natural scene", Scene),
        ("vessel phantom", (canvas, random) => Tissue(canvas, random, vessels: random.Integer(1, 2), organ: false)),
        ("organ phantom", (canvas, random) => Tissue(canvas, random, vessels: random.Integer(0, 5), organ: true)),
        ("blurred lung phantom", Blurred),
    ];

    /// <summary>Draws pictures of each kind.</summary>
    /// <param name="each">The number of pictures per kind.</param>
    /// <param name="seed">Selects the pictures.</param>
    public static IEnumerable<ForeignPicture> Draw(int each, ulong seed)
    {
        foreach ((int kind, (string name, Func<Canvas, SeededRandom, bool> draw)) in Kinds.Index())
        {
            for (int i = 0; i < each; i++)
            {
                var random = new SeededRandom(seed, (ulong)(kind * 1000 + i));
                int width = random.Integer(240, 420);
                var canvas = new Canvas(width, Math.Clamp((int)(width * random.Between(0.75f, 1.1f)), 200, 420));
                draw(canvas, random);
                yield return new ForeignPicture(name, new GrayFrame(i, canvas.Width, canvas.Height, canvas.Pixels));
            }
        }
    }

    /// <summary>Colour bars as video equipment shows them, by their luma from white to black.</summary>
    private static bool Bars(Canvas canvas, SeededRandom random)
    {
        ReadOnlySpan<int> luma = random.Chance(0.5f)
            ? [180, 162, 131, 112, 84, 65, 35, 16]
            : [235, 210, 170, 145, 106, 81, 41, 16];
        for (int bar = 0; bar < luma.Length; bar++)
            canvas.Box(bar * canvas.Width / luma.Length, 0, (bar + 1) * canvas.Width / luma.Length, canvas.Height, luma[bar]);
        if (random.Chance(0.5f)) canvas.Box(0, canvas.Height * 3 / 4, canvas.Width, canvas.Height, random.Integer(0, 60));
        return true;
    }

    private static bool Noise(Canvas canvas, SeededRandom random)
    {
        int grain = random.Integer(1, 4), mean = random.Integer(60, 160);
        float strength = random.Between(20, 90);
        for (int y = 0; y < canvas.Height; y += grain)
        {
            for (int x = 0; x < canvas.Width; x += grain)
                canvas.Box(x, y, x + grain, y + grain, mean + strength * random.Normal());
        }

        return true;
    }

    /// <summary>Boxes with lines of text, drawn as small blocks.</summary>
    private static bool Menu(Canvas canvas, SeededRandom random)
    {
        int ground = random.Integer(5, 60), ink = random.Integer(140, 240), panels = random.Integer(2, 6);
        canvas.Fill(ground);
        canvas.Box(0, 0, canvas.Width, canvas.Height / 14, ground + 40);
        Text(canvas, random, 4, 4, canvas.Width - 4, canvas.Height / 14, ink);
        for (int panel = 0; panel < panels; panel++)
        {
            int left = random.Integer(0, canvas.Width * 2 / 3), top = random.Integer(canvas.Height / 12, canvas.Height * 2 / 3);
            int right = left + random.Integer(canvas.Width / 5, canvas.Width / 2),
                bottom = top + random.Integer(canvas.Height / 8, canvas.Height / 2);
            canvas.Box(left, top, right, bottom, ink - 60);
            canvas.Box(left + 1, top + 1, right - 1, bottom - 1, ground + random.Integer(0, 50));
            Text(canvas, random, left + 5, top + 5, right - 5, bottom - 4, ink);
        }

        return true;
    }

    private static void Text(Canvas canvas, SeededRandom random, int left, int top, int right, int bottom, int ink)
    {
        for (int y = top; y + 7 < bottom; y += 11)
        {
            int end = left + (int)((right - left) * random.Between(0.2f, 1));
            for (int x = left; x + 5 < end; x += 6)
            {
                if (random.Chance(0.15f)) continue;
                for (int stroke = 0; stroke < 3; stroke++)
                {
                    int at = random.Integer(0, 4);
                    if (random.Chance(0.5f)) canvas.Box(x + at, y, x + at + 1, y + 7, ink);
                    else canvas.Box(x, y + at + 1, x + 5, y + at + 2, ink);
                }
            }
        }
    }

    private static bool Checkerboard(Canvas canvas, SeededRandom random)
    {
        int cell = random.Integer(4, 48), dark = random.Integer(0, 90), light = dark + random.Integer(60, 160);
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++) canvas[x, y] = (x / cell + y / cell) % 2 == 0 ? dark : light;
        }

        return true;
    }

    private static bool Gradient(Canvas canvas, SeededRandom random)
    {
        float angle = random.Between(0, 2 * MathF.PI), from = random.Between(0, 120), to = random.Between(130, 255);
        bool round = random.Chance(0.3f);
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++)
            {
                float u = 2f * x / canvas.Width - 1, v = 2f * y / canvas.Height - 1;
                float along = round
                    ? MathF.Sqrt(u * u + v * v) / 1.42f
                    : (u * MathF.Cos(angle) + v * MathF.Sin(angle)) / 2.84f + 0.5f;
                canvas[x, y] = from + (to - from) * along;
            }
        }

        return true;
    }

    /// <summary>Noise whose strength decreases with frequency, as in photographs, with lit objects in front of it.</summary>
    private static bool Scene(Canvas canvas, SeededRandom random)
    {
        canvas.Fill(random.Integer(70, 160));
        float strength = random.Between(40, 80);
        for (int cells = 2; cells <= 128; cells *= 2, strength *= 0.6f) canvas.AddOctave(cells, strength, random);
        for (int bodies = random.Integer(2, 7); bodies > 0; bodies--)
        {
            float x = random.Between(0, canvas.Width), y = random.Between(0, canvas.Height), wide = random.Between(15, 110),
                high = random.Between(15, 110), gray = random.Between(10, 240);
            canvas.Ellipse(x, y, wide, high, (dx, dy, _) => gray + 45 * (dx * 0.6f - dy) + 6 * random.Normal());
        }

        return true;
    }

    /// <summary>
    /// Even, fine speckle of parenchyma with round dark vessels that have bright walls. An organ also has a capsule and a bright
    /// border deep down.
    /// </summary>
    private static bool Tissue(Canvas canvas, SeededRandom random, int vessels, bool organ)
    {
        ScanConverter converter = organ || random.Chance(0.4f)
            ? ScanConverter.Convex(canvas.Width, canvas.Height, random.Between(0.45f, 0.75f), random.Between(0.2f, 0.4f))
            : ScanConverter.Linear(canvas.Width, canvas.Height, random.Between(0, 0.1f));
        new TissueRenderer(random, vessels, organ).Render(converter, canvas.Pixels);
        return true;
    }

    private static bool Blurred(Canvas canvas, SeededRandom random)
    {
        ScanConverter converter =
            ScanConverter.Convex(canvas.Width, canvas.Height, random.Between(0.45f, 0.75f), random.Between(0.2f, 0.4f));
        var scene = new PhantomScene(Appearance.Grades[random.Integer(0, Appearance.Grades.Count - 1)], random.Next());
        converter.Convert(new PhantomRenderer().Render(scene, random.Between(0, 3), random), canvas.Pixels);
        canvas.Blur(radius: random.Integer(canvas.Width / 20, canvas.Width / 10));
        return true;
    }
}

/// <summary>A picture that shows no lung.</summary>
/// <param name="Kind">The kind of picture.</param>
/// <param name="Frame">The picture.</param>
internal sealed record ForeignPicture(string Kind, GrayFrame Frame);
