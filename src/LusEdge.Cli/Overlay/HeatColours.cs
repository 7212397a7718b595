using SkiaSharp;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// The colours of the heat map, from violet to pale yellow. More heat is lighter, so that the map can also be read without colour
/// vision, and from a print in black and white.
/// </summary>
internal static class HeatColours
{
    /// <summary>The highest opacity of a colour: the picture must stay visible under it.</summary>
    private const float MaxCover = 0.6f;

    private static readonly SKColor[] Ramp =
        [new(105, 50, 190), new(160, 55, 160), new(220, 80, 105), new(247, 140, 60), new(252, 205, 95), new(255, 250, 200)];

    /// <summary>Turns the gray values of a heat map into colours. The less heat, the less of the picture is covered.</summary>
    /// <remarks>Skia interpolates between the cells first, so every colour on the picture is on the legend too.</remarks>
    public static SKColorFilter Filter { get; } = CreateFilter();

    private static SKColorFilter CreateFilter()
    {
        const int Steps = 256;
        byte[] a = new byte[Steps], r = new byte[Steps], g = new byte[Steps], b = new byte[Steps];
        for (int i = 0; i < Steps; i++)
        {
            float heat = i / (Steps - 1f), place = heat * (Ramp.Length - 1);
            int from = Math.Min((int)place, Ramp.Length - 2);
            SKColor low = Ramp[from], high = Ramp[from + 1];
            a[i] = (byte)(byte.MaxValue * MaxCover * Math.Min(1, 1.5f * heat));
            (r[i], g[i], b[i]) = (Mix(low.Red, high.Red), Mix(low.Green, high.Green), Mix(low.Blue, high.Blue));

            byte Mix(byte first, byte second) => (byte)(first + ((second - first) * (place - from)) + 0.5f);
        }

        // Each channel is looked up by its own value. A gray picture is opaque, so the heat is copied to the opacity first.
        float[] redToOpacity = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0];
        using SKColorFilter heatAsAlpha = SKColorFilter.CreateColorMatrix(redToOpacity);
        using SKColorFilter colours = SKColorFilter.CreateTable(a, r, g, b);
        return SKColorFilter.CreateCompose(colours, heatAsAlpha);
    }
}
