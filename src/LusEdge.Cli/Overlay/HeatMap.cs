using System.Numerics.Tensors;
using LusEdge.Infer;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// Where the evidence for a class lies, as a heat a pixel of the picture shown. Full heat is the greatest evidence that the clip has shown so
/// far: were each frame scaled by itself, one with hardly any evidence would glow like any other, and models differ too much for one scale.
/// </summary>
/// <param name="activation">The model's.</param>
/// <param name="width">Width of the picture shown, in pixels.</param>
/// <param name="height">Height of the picture shown, in pixels.</param>
internal sealed class HeatMap(ActivationMap activation, int width, int height)
{
    /// <summary>Less than this is never full heat: in calibrated logits, odds of e⁴ = 55 against an average class.</summary>
    public const float LeastFull = 4;

    /// <summary>How much of a colour covers the picture at most: what it lies on must stay to be seen.</summary>
    private const float Cover = 0.6f;

    private const int Steps = 256;

    /// <summary>From dark to light in even steps, so that the order shows to whoever sees no colours, too.</summary>
    private static readonly Colour[] Ramp = [new(45, 10, 105), new(128, 26, 122), new(203, 62, 88), new(244, 128, 48), new(252, 203, 90), new(255, 250, 200)];

    private static readonly Colour[] Colours = [.. Enumerable.Range(0, Steps).Select(i => At((float)i / (Steps - 1)))];

    private readonly Sample[] _across = Sample.Along(activation.Width, width);
    private readonly Sample[] _down = Sample.Along(activation.Height, height);
    private readonly float[] _evidence = new float[activation.Width * activation.Height];
    private readonly float[] _wide = new float[width * activation.Height];
    private readonly float[] _heat = new float[width * height];
    private float _full = LeastFull;

    /// <summary>The colour of a heat.</summary>
    /// <param name="heat">0 (nothing speaks for the class there) to 1.</param>
    public static Colour ColourOf(float heat) => Colours[(int)((heat * (Steps - 1)) + 0.5f)];

    /// <summary>A gray pixel under a heat: the more heat, the more colour.</summary>
    /// <param name="gray">The picture's.</param>
    /// <param name="heat">0 to 1.</param>
    public static Colour Over(byte gray, float heat) => Colour.Between(new Colour(gray, gray, gray), ColourOf(heat), Cover * Math.Min(1, 1.5f * heat));

    /// <summary>The heat of the last picture graded, stretched over the picture shown.</summary>
    /// <param name="grade">The index of the class that the evidence is for.</param>
    /// <returns>A heat a pixel, row by row; the same memory at each call.</returns>
    public ReadOnlySpan<float> Of(int grade)
    {
        activation.EvidenceFor(grade, _evidence);
        _full = Math.Max(_full, TensorPrimitives.Max(_evidence));
        foreach (ref float value in _evidence.AsSpan()) value = Math.Max(value, 0) / _full;
        for (int row = 0; row < activation.Height; row++)
        {
            ReadOnlySpan<float> from = _evidence.AsSpan(row * activation.Width, activation.Width);
            for (int x = 0; x < width; x++) _wide[(row * width) + x] = _across[x].Between(from[_across[x].First], from[_across[x].Second]);
        }

        for (int y = 0; y < height; y++)
        {
            Sample at = _down[y];
            ReadOnlySpan<float> upper = _wide.AsSpan(at.First * width, width), lower = _wide.AsSpan(at.Second * width, width);
            for (int x = 0; x < width; x++) _heat[(y * width) + x] = at.Between(upper[x], lower[x]);
        }

        return _heat;
    }

    private static Colour At(float heat)
    {
        float at = heat * (Ramp.Length - 1);
        int first = Math.Min((int)at, Ramp.Length - 2);
        return Colour.Between(Ramp[first], Ramp[first + 1], at - first);
    }
}
