using LusEdge.Training;
using LusEdge.Training.Phantom;

namespace LusEdge.TrainingTests.Phantom;

public sealed class PhantomRendererTests
{
    private readonly PhantomRenderer _renderer = new();

    [Fact]
    public void The_same_seed_and_time_give_the_same_picture()
    {
        byte[] first = Render(3, 7, 1.5f), again = Render(3, 7, 1.5f), other = Render(3, 8, 1.5f);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Breathing_moves_the_lung_but_not_the_chest_wall()
    {
        var scene = new PhantomScene(Appearance.Grades[3], 2);
        byte[] now = Render(scene, 0), later = Render(scene, scene.BreathSeconds / 3);
        int wall = (int)(0.6f * scene.PleuraDepth * PhantomRenderer.Samples);
        Assert.True(Difference(now, later, 0, wall) * 5 < Difference(now, later, wall, PhantomRenderer.Samples));
    }

    [Fact]
    public void A_healthy_lung_has_A_lines_at_equal_distances_each_fainter_than_the_last()
    {
        foreach (ulong seed in Enumerable.Range(0, 20).Select(i => (ulong)i))
        {
            var scene = new PhantomScene(Appearance.Grades[0], seed);
            float[] profile = MiddleProfile(Render(scene, 0));
            float pleura = scene.PleuraDepth * (PhantomRenderer.Samples - 1);
            float line = Peak(profile, pleura), first = Peak(profile, 2 * pleura), second = Peak(profile, 3 * pleura);
            float between = Trough(profile, 2.5f * pleura);
            Assert.True(line >= first && first > second && second > between + 20,
                $"seed {seed}: {line}, {first}, {second}, between them {between}");
        }
    }

    [Fact]
    public void A_B_line_reaches_the_bottom_and_a_comet_does_not()
    {
        foreach (ulong seed in Enumerable.Range(0, 20).Select(i => (ulong)i))
        {
            Assert.True(BrightestBottom(Render(2, seed, 0)) > BrightestBottom(Render(1, seed, 0)) + 40, $"seed {seed}");
        }
    }

    [Fact]
    public void The_lung_becomes_brighter_from_grade_1_on()
    {
        double[] means =
            [.. Enumerable.Range(2, 5).Select(grade => Enumerable.Range(0, 30).Average(seed => LungMean(grade, (ulong)seed)))];
        Assert.Equal(means.Order(), means);
    }

    [Fact]
    public void Speckle_is_Rayleigh_distributed()
    {
        // The standard deviation of a Rayleigh distribution is 0.5227 times its mean.
        float[] values =
            [.. Enumerable.Range(0, SpeckleField.Beams).SelectMany(beam => SpeckleField.Shared.Beam(beam).ToArray())];
        double mean = values.Average(v => (double)v), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        Assert.Equal(1, mean, 1e-4);
        Assert.Equal(0.5227, deviation, 0.02);
    }

    private byte[] Render(int grade, ulong seed, float seconds) =>
        Render(new PhantomScene(Appearance.Grades[grade], seed), seconds);

    private byte[] Render(PhantomScene scene, float seconds) => _renderer.Render(scene, seconds, new SeededRandom(1)).ToArray();

    private double LungMean(int grade, ulong seed)
    {
        var scene = new PhantomScene(Appearance.Grades[grade], seed);
        int from = (int)((scene.PleuraDepth + 0.1f) * PhantomRenderer.Samples);
        return Render(scene, 0).Chunk(PhantomRenderer.Samples).Average(beam => beam[from..].Average(level => level));
    }

    private static double Difference(byte[] a, byte[] b, int from, int to) =>
        Enumerable.Range(0, PhantomRenderer.Beams).Average(beam =>
            Enumerable.Range(from, to - from)
                .Average(i => Math.Abs(a[beam * PhantomRenderer.Samples + i] - b[beam * PhantomRenderer.Samples + i])));

    /// <summary>The mean of the middle beams, where the pleura is level.</summary>
    private static float[] MiddleProfile(byte[] levels) =>
        [.. Enumerable.Range(0, PhantomRenderer.Samples).Select(i =>
            (float)Enumerable.Range(PhantomRenderer.Beams / 2 - 4, 8)
                .Average(beam => levels[beam * PhantomRenderer.Samples + i]))];

    private static float Peak(float[] profile, float at) =>
        profile[Math.Max(0, (int)at - 6)..Math.Min(profile.Length, (int)at + 7)].Max();

    private static float Trough(float[] profile, float at) => profile[((int)at - 3)..((int)at + 4)].Min();

    private static double BrightestBottom(byte[] levels) =>
        levels.Chunk(PhantomRenderer.Samples).Chunk(3).Max(beams => beams.Average(beam => beam[^10..].Average(level => level)));
}
