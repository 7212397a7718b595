using System.Collections.Concurrent;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Fit;

/// <summary>
/// An endless numbered supply of labelled phantom pictures, each of a scene of its own: picture n is the same whoever asks for
/// it and in whatever order, so that a resumed training goes on exactly. Safe to call from several threads.
/// </summary>
/// <param name="seed">Names the supply; supplies of different seeds share no scene.</param>
/// <param name="size">Width and height of the pictures in pixels: the network's input.</param>
/// <param name="augmented">For training: crops, mirror images, contrast, blur and noise that a scanner and a codec might add.</param>
internal sealed class PhantomPictures(ulong seed, int size, bool augmented)
{
    private const int SmallestPicture = 200, LargestPicture = 440;

    private readonly ConcurrentBag<Workspace> _idle = [];

    /// <summary>Draws a picture.</summary>
    /// <param name="number">Its number; the grades take turns.</param>
    /// <param name="target">Receives the gray levels, 0-255, row by row.</param>
    /// <returns>The index of its grade.</returns>
    public int Draw(long number, Span<float> target)
    {
        if (!_idle.TryTake(out Workspace? own)) own = new Workspace();
        int grade = Draw(number, target, own);
        _idle.Add(own);
        return grade;
    }

    private int Draw(long number, Span<float> target, Workspace own)
    {
        int grade = (int)(number % Appearance.Grades.Count);
        var random = new SeededRandom(seed, (ulong)number);
        var scene = new PhantomScene(Appearance.Grades[grade], random.Next());
        ScanConverter converter = DrawGeometry(random);
        Span<byte> picture = own.Picture.AsSpan(0, converter.Width * converter.Height);
        converter.Convert(own.Renderer.Render(scene, random.In(0, scene.BreathSeconds), random), picture);
        if (!augmented)
        {
            Stretch.Resample(picture, converter.Width, (0, 0, converter.Width, converter.Height), mirrored: false, target, size);
            return grade;
        }

        if (random.Chance(0.5f)) Blur(picture, converter.Width, own.Scratch);
        Stretch.Resample(picture, converter.Width, DrawPart(random, converter), random.Chance(0.5f), target, size);
        float contrast = random.In(0.8f, 1.2f), brightness = random.In(-20, 20), noise = random.In(0, 8);
        foreach (ref float level in target)
            level = Math.Clamp((level - 100) * contrast + 100 + brightness * MathF.Min(level / 40, 1) + noise * random.Normal(), 0, 255);
        return grade;
    }

    private static ScanConverter DrawGeometry(SeededRandom random)
    {
        int width = random.Whole(SmallestPicture, LargestPicture);
        int height = Math.Clamp((int)(width * random.In(0.75f, 1.1f)), SmallestPicture, LargestPicture);
        return random.Chance(0.7f)
            ? ScanConverter.Convex(width, height, random.In(0.45f, 0.75f), random.In(0.2f, 0.4f))
            : ScanConverter.Linear(width, height, random.In(0, 0.15f));
    }

    private static (int X, int Y, int Width, int Height) DrawPart(SeededRandom random, ScanConverter of)
    {
        int width = (int)(of.Width * random.In(0.9f, 1)), height = (int)(of.Height * random.In(0.9f, 1));
        return (random.Whole(0, of.Width - width), random.Whole(0, of.Height - height), width, height);
    }

    /// <summary>A small blur, as codecs leave it: each pixel becomes a quarter of the 2x2 square it starts.</summary>
    private static void Blur(Span<byte> picture, int width, Span<byte> scratch)
    {
        picture.CopyTo(scratch);
        for (int i = 0; i + width + 1 < picture.Length; i++)
            picture[i] = (byte)((scratch[i] + scratch[i + 1] + scratch[i + width] + scratch[i + width + 1] + 2) / 4);
    }

    private sealed class Workspace
    {
        public PhantomRenderer Renderer { get; } = new();

        public byte[] Picture { get; } = new byte[LargestPicture * LargestPicture];

        public byte[] Scratch { get; } = new byte[LargestPicture * LargestPicture];
    }
}
