namespace LusEdge.Cli.Overlay;

/// <summary>Where a pixel of a stretched picture comes from, along one axis: between two samples. Half-pixel bilinear, as the model files stretch.</summary>
/// <param name="First">Index of the sample before it.</param>
/// <param name="Second">Index of the sample after it; the same at an edge.</param>
/// <param name="Share">How much of the second: 0 to 1.</param>
internal readonly record struct Sample(int First, int Second, float Share)
{
    /// <summary>For each pixel of an axis.</summary>
    /// <param name="samples">How many there are.</param>
    /// <param name="pixels">How many they are stretched to.</param>
    public static Sample[] Along(int samples, int pixels)
    {
        var axis = new Sample[pixels];
        for (int i = 0; i < pixels; i++)
        {
            float at = Math.Clamp(((i + 0.5f) * samples / pixels) - 0.5f, 0, samples - 1);
            axis[i] = new Sample((int)at, Math.Min((int)at + 1, samples - 1), at - (int)at);
        }

        return axis;
    }

    /// <summary>What lies there.</summary>
    /// <param name="first">The first sample's value.</param>
    /// <param name="second">The second's.</param>
    public float Between(float first, float second) => first + ((second - first) * Share);
}
