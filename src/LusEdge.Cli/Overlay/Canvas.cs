namespace LusEdge.Cli.Overlay;

/// <summary>A picture to draw on: RGB, 8 bits a channel, row by row. What lies outside of it is not drawn.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
internal sealed class Canvas(int width, int height)
{
    private const int Channels = 3;

    /// <summary>In pixels.</summary>
    public int Width => width;

    /// <summary>In pixels.</summary>
    public int Height => height;

    /// <summary>The pixels, as the encoder takes them.</summary>
    public byte[] Pixels { get; } = new byte[width * height * Channels];

    /// <summary>The colour at a place.</summary>
    public Colour this[int x, int y]
    {
        get
        {
            int at = ((y * width) + x) * Channels;
            return new Colour(Pixels[at], Pixels[at + 1], Pixels[at + 2]);
        }

        set
        {
            int at = ((y * width) + x) * Channels;
            (Pixels[at], Pixels[at + 1], Pixels[at + 2]) = (value.R, value.G, value.B);
        }
    }

    /// <summary>Fills a rectangle.</summary>
    public void Fill(int left, int top, int wide, int high, Colour colour)
    {
        for (int y = Math.Max(top, 0); y < Math.Min(top + high, height); y++)
        {
            for (int x = Math.Max(left, 0); x < Math.Min(left + wide, width); x++) this[x, y] = colour;
        }
    }

    /// <summary>Writes a line of text.</summary>
    /// <param name="left">Left edge of the first letter.</param>
    /// <param name="top">Upper edge.</param>
    /// <param name="scale">Pixels a pixel of a letter.</param>
    /// <param name="text">ASCII.</param>
    /// <param name="colour">Of the letters; their ground stays.</param>
    public void Write(int left, int top, int scale, string text, Colour colour)
    {
        foreach ((int i, char letter) in text.Index())
        {
            for (int y = 0; y < PixelFont.Height; y++)
            {
                for (int x = 0; x < PixelFont.Width; x++)
                {
                    if (PixelFont.IsSet(letter, x, y)) Fill(left + (((i * PixelFont.Advance) + x) * scale), top + (y * scale), scale, scale, colour);
                }
            }
        }
    }
}
