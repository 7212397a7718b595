namespace LusEdge.Training.Networks;

/// <summary>(gray / 255 - mean) / std. The gray equivalent of the statistics of ImageNet's three channels.</summary>
internal static class Normalisation
{
    public const float Mean = 0.449f;

    public const float Std = 0.226f;

    /// <summary>Normalises gray levels 0-255 in place.</summary>
    public static void Apply(Span<float> levels)
    {
        foreach (ref float level in levels) level = (level / 255 - Mean) / Std;
    }
}
