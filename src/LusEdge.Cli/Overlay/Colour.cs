namespace LusEdge.Cli.Overlay;

/// <summary>A colour, 0-255 a channel.</summary>
internal readonly record struct Colour(byte R, byte G, byte B)
{
    /// <summary>What lies between two colours.</summary>
    /// <param name="from">At 0.</param>
    /// <param name="to">At 1.</param>
    /// <param name="share">0 to 1.</param>
    public static Colour Between(Colour from, Colour to, float share) =>
        new(Mix(from.R, to.R, share), Mix(from.G, to.G, share), Mix(from.B, to.B, share));

    private static byte Mix(byte from, byte to, float share) => (byte)(from + ((to - from) * share) + 0.5f);
}
