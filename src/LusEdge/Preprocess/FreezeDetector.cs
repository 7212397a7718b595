using System.Numerics;
using System.Numerics.Tensors;

namespace LusEdge.Preprocess;

/// <summary>
/// Measures how long a picture has stood still. It compares the mean grays of a grid of cells: the noise of a capture card, which
/// makes every two pictures of a frozen scanner differ, averages out in a cell, while moving tissue does not.
/// </summary>
/// <remarks>One thread at a time; allocates nothing per frame.</remarks>
public sealed class FreezeDetector
{
    /// <summary>
    /// Cells a side, whatever the picture's size, so that a threshold means the same on each. By measurement: with single pixels a still with
    /// noise and a calm lung lie close together, with cells well apart (docs/commands.md).
    /// </summary>
    private const int CellsASide = 48;

    /// <summary>A smaller picture has fewer cells, because noise needs some pixels to average out over.</summary>
    private const int LeastCell = 7;

    /// <summary>Rows of a cell that are looked at, at most: more change nothing, and their sums have to fit into 16 bits.</summary>
    private const int MostRows = 64;

    private readonly float _difference;
    private readonly int _width;
    private readonly int _height;
    private readonly int _across;
    private readonly int _down;
    private readonly ushort[] _columns;
    private readonly float[] _between;
    private float[] _cells;
    private float[] _reference;
    private TimeSpan? _since;

    /// <summary>A detector for pictures of one size.</summary>
    /// <param name="difference">Mean absolute difference in gray (0-255), over the cells, up to which two pictures are the same.</param>
    /// <param name="width">The pictures' width in pixels.</param>
    /// <param name="height">The pictures' height in pixels.</param>
    public FreezeDetector(float difference, int width, int height)
    {
        (_difference, _width, _height) = (difference, width, height);
        (_across, _down) = (Math.Clamp(width / LeastCell, 1, CellsASide), Math.Clamp(height / LeastCell, 1, CellsASide));
        _columns = new ushort[width];
        _between = new float[_across * _down];
        _cells = new float[_across * _down];
        _reference = new float[_across * _down];
    }

    /// <summary>Looks at the next picture.</summary>
    /// <param name="picture">Gray values, row by row without gaps.</param>
    /// <param name="at">The picture's feed time. If it goes back, the measurement starts again.</param>
    /// <returns>
    /// How long the feed has shown this same picture; zero for one that differs from the picture before. It is compared with the first picture
    /// of the still, not with the one before, so a slow movement adds up.
    /// </returns>
    public TimeSpan StillFor(ReadOnlySpan<byte> picture, TimeSpan at)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, _width * _height);
        Average(picture);
        if (_since is { } since && at >= since && Difference() <= _difference) return at - since;
        (_reference, _cells, _since) = (_cells, _reference, at);
        return TimeSpan.Zero;
    }

    private float Difference()
    {
        TensorPrimitives.Subtract(_cells, _reference, _between);
        return TensorPrimitives.SumOfMagnitudes(_between) / _between.Length;
    }

    /// <summary>The cells' means. Down the columns first, in vectors, and only then across.</summary>
    private void Average(ReadOnlySpan<byte> picture)
    {
        for (int j = 0; j < _down; j++)
        {
            int top = j * _height / _down, bottom = (j + 1) * _height / _down;
            int step = 1 + ((bottom - top - 1) / MostRows), rows = 0;
            Array.Clear(_columns);
            for (int y = top; y < bottom; y += step, rows++) Add(picture.Slice(y * _width, _width), _columns);
            for (int i = 0; i < _across; i++)
            {
                int left = i * _width / _across, right = (i + 1) * _width / _across, sum = 0;
                foreach (ushort column in _columns.AsSpan(left, right - left)) sum += column;
                _cells[(j * _across) + i] = (float)sum / (rows * (right - left));
            }
        }
    }

    private static void Add(ReadOnlySpan<byte> row, Span<ushort> columns)
    {
        int half = Vector<ushort>.Count;
        while (row.Length >= Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row), out Vector<ushort> low, out Vector<ushort> high);
            (new Vector<ushort>(columns) + low).CopyTo(columns);
            (new Vector<ushort>(columns[half..]) + high).CopyTo(columns[half..]);
            row = row[Vector<byte>.Count..];
            columns = columns[Vector<byte>.Count..];
        }

        for (int x = 0; x < row.Length; x++) columns[x] += row[x];
    }
}
