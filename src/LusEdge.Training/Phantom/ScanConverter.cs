namespace LusEdge.Training.Phantom;

/// <summary>
/// Converts beams to a picture as a scanner does: every pixel is interpolated from the four samples around it. The source of each
/// pixel is computed once, so a frame costs four loads and a few integer operations per pixel.
/// </summary>
internal sealed class ScanConverter
{
    /// <summary>Weights are in 1/128: the product of two weights and a byte fits easily into an int.</summary>
    private const int Unit = 128;

    private readonly int[] _source;
    private readonly byte[] _beamWeight;
    private readonly byte[] _sampleWeight;

    private ScanConverter(int width, int height)
    {
        (Width, Height) = (width, height);
        _source = new int[width * height];
        _beamWeight = new byte[width * height];
        _sampleWeight = new byte[width * height];
        Array.Fill(_source, -1);
    }

    /// <summary>Width of the picture in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the picture in pixels.</summary>
    public int Height { get; }

    /// <summary>A sector that fills the picture. Its apex is above the upper edge, and the corners stay black.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="halfAngle">From the middle beam to the outermost one, in radians, less than pi/2.</param>
    /// <param name="surface">Radius of the probe's face, as a share of the radius of the deepest sample.</param>
    public static ScanConverter Convex(int width, int height, float halfAngle, float surface)
    {
        // The sector extends from the lowest point of the face's edge to the deepest arc: fit it into the picture's height.
        var converter = new ScanConverter(width, height);
        float top = surface * MathF.Cos(halfAngle);
        float radius = MathF.Min((height - 1) / (1 - top), (width - 1) / (2 * MathF.Sin(halfAngle)));
        float apexX = (width - 1) / 2f, apexY = -top * radius + (height - 1 - (1 - top) * radius) / 2;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float dx = x - apexX, dy = y - apexY;
                float along = (MathF.Sqrt(dx * dx + dy * dy) / radius - surface) / (1 - surface);
                converter.Look(x, y, (MathF.Atan2(dx, dy) / halfAngle + 1) / 2, along);
            }
        }

        return converter;
    }

    /// <summary>A rectangle that fills the picture except for a margin on both sides.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="margin">Black margin on either side, as a share of the width, less than 0.5.</param>
    public static ScanConverter Linear(int width, int height, float margin)
    {
        var converter = new ScanConverter(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float across = ((float)x / (width - 1) - margin) / (1 - 2 * margin);
                converter.Look(x, y, across, (float)y / (height - 1));
            }
        }

        return converter;
    }

    /// <summary>Draws the picture.</summary>
    /// <param name="beams">
    /// Gray levels, <see cref="PhantomRenderer.Beams"/> rows of <see cref="PhantomRenderer.Samples"/>.
    /// </param>
    /// <param name="picture">Gray levels, <see cref="Height"/> rows of <see cref="Width"/>.</param>
    public void Convert(ReadOnlySpan<byte> beams, Span<byte> picture)
    {
        for (int i = 0; i < _source.Length; i++)
        {
            int at = _source[i];
            if (at < 0)
            {
                picture[i] = 0;
                continue;
            }

            int next = at + PhantomRenderer.Samples, sample = _sampleWeight[i], beam = _beamWeight[i];
            int here = beams[at] * (Unit - sample) + beams[at + 1] * sample;
            int there = beams[next] * (Unit - sample) + beams[next + 1] * sample;
            picture[i] = (byte)((here * (Unit - beam) + there * beam + Unit * Unit / 2) / (Unit * Unit));
        }
    }

    /// <param name="x">The pixel's column.</param>
    /// <param name="y">The pixel's row.</param>
    /// <param name="across">From the first beam (0) to the last (1).</param>
    /// <param name="along">From the first sample (0) to the last (1).</param>
    private void Look(int x, int y, float across, float along)
    {
        if (across is < 0 or > 1 || along is < 0 or > 1) return;
        float beam = across * (PhantomRenderer.Beams - 1), sample = along * (PhantomRenderer.Samples - 1);
        int firstBeam = Math.Min((int)beam, PhantomRenderer.Beams - 2),
            firstSample = Math.Min((int)sample, PhantomRenderer.Samples - 2);
        int pixel = y * Width + x;
        _source[pixel] = firstBeam * PhantomRenderer.Samples + firstSample;
        _beamWeight[pixel] = (byte)((beam - firstBeam) * Unit);
        _sampleWeight[pixel] = (byte)((sample - firstSample) * Unit);
    }
}
