
namespace LusEdge.Training.Calibrate;

/// <summary>A gray picture to draw on. Anything outside is not drawn, and gray levels are clamped to black and white.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
internal sealed class Canvas(int width, int height)
{
    public int Width => width;

    public int Height => height;

    /// <summary>Gray 0-255, row by row.</summary>
    public byte[] Pixels { get; } = new byte[width * height];

    /// <summary>A pixel inside the picture.</summary>
    public float this[int x, int y]
    {
        get => Pixels[y * width + x];
        set => Pixels[y * width + x] = (byte)Math.Clamp(value, 0, 255);
    }

    /// <summary>Fills the whole picture.</summary>
    public bool Fill(int gray)
    {
        Pixels.AsSpan().Fill((byte)gray);
        return true;
    }

    /// <summary>Fills a box; right and bottom are exclusive.</summary>
    public void Box(int left, int top, int right, int bottom, float gray)
    {
        for (int y = Math.Max(top, 0); y < Math.Min(bottom, height); y++)
        {
            for (int x = Math.Max(left, 0); x < Math.Min(right, width); x++) this[x, y] = gray;
        }
    }

    /// <summary>Fills an ellipse.</summary>
    /// <param name="x">The column of the centre.</param>
    /// <param name="y">The row of the centre.</param>
    /// <param name="wide">Half its width.</param>
    /// <param name="high">Half its height.</param>
    /// <param name="gray">
    /// Computes the gray level from the position in the ellipse, -1 to 1 in both directions, and the current level.
    /// </param>
    public void Ellipse(float x, float y, float wide, float high, Func<float, float, float, float> gray)
    {
        for (int row = Math.Max(0, (int)(y - high)); row < Math.Min(height, y + high); row++)
        {
            for (int column = Math.Max(0, (int)(x - wide)); column < Math.Min(width, x + wide); column++)
            {
                float dx = (column - x) / wide, dy = (row - y) / high;
                if (dx * dx + dy * dy < 1) this[column, row] = gray(dx, dy, this[column, row]);
            }
        }
    }

    /// <summary>Adds noise of one frequency: random numbers on a grid, interpolated in between.</summary>
    /// <param name="cells">Columns of the grid.</param>
    /// <param name="strength">In gray levels.</param>
    /// <param name="random">Draws the numbers.</param>
    public void AddOctave(int cells, float strength, SeededRandom random)
    {
        int rows = cells * height / width + 2, columns = cells + 2;
        var grid = new float[rows * columns];
        foreach (ref float value in grid.AsSpan()) value = random.Normal();
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float u = (float)x * cells / width, v = (float)y * cells / width;
                int column = (int)u, row = (int)v;
                (u, v) = (u - column, v - row);
                int at = row * columns + column;
                float above = grid[at] * (1 - u) + grid[at + 1] * u,
                    below = grid[at + columns] * (1 - u) + grid[at + columns + 1] * u;
                this[x, y] += strength * (above * (1 - v) + below * v);
            }
        }
    }

    /// <summary>Applies a box blur twice.</summary>
    /// <param name="radius">From the centre of the box to its edge, in pixels.</param>
    public void Blur(int radius)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            Average(height, width, step: 1, line: width, radius);
            Average(width, height, step: width, line: 1, radius);
        }
    }

    private void Average(int lines, int length, int step, int line, int radius)
    {
        var sums = new int[length + 1];
        for (int i = 0; i < lines; i++)
        {
            for (int k = 0; k < length; k++) sums[k + 1] = sums[k] + Pixels[i * line + k * step];
            for (int k = 0; k < length; k++)
            {
                int from = Math.Max(0, k - radius), to = Math.Min(length, k + radius + 1);
                Pixels[i * line + k * step] = (byte)((sums[to] - sums[from]) / (to - from));
            }
        }
    }
}
