using System.Numerics;
using System.Numerics.Tensors;

namespace LusEdge.Preprocess;

/// <summary>
/// Measures how long a picture has stood still. It compares the mean grays of a grid of cells: a capture card's noise, which
/// makes any two pictures of a frozen scanner differ, averages out within a cell, while moving tissue does not.
/// </summary>
/// <remarks>One thread at a time; allocates nothing per frame.</remarks>
public sealed class FreezeDetector
{
    /// <summary>
    /// Cells per side, whatever the picture's size, so that a threshold always means the same. Measured: by single pixels, a
    /// noisy still and a calm lung are hard to tell apart; by cells, they are far apart (docs/commands.md).
    /// </summary>
    private const int CellsPerSide = 48;

    /// <summary>
    /// Shortest side of a cell in pixels. A small picture has fewer cells, because noise needs some pixels to average out.
    /// </summary>
    private const int SmallestCell = 7;

    /// <summary>Rows sampled per cell, at most: more change nothing, and their sums must fit in 16 bits.</summary>
    private const int MaxRowsPerCell = 64;

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

    /// <summary>Creates a detector for pictures of one size.</summary>
    /// <param name="difference">
    /// Largest mean absolute difference of the cells, in gray levels (0-255), at which two pictures are the same.
    /// </param>
    /// <param name="width">The pictures' width in pixels.</param>
    /// <param name="height">The pictures' height in pixels.</param>
    public FreezeDetector(float difference, int width, int height)
    {
        (_difference, _width, _height) = (difference, width, height);
        (_across, _down) = (Math.Clamp(width / SmallestCell, 1, CellsPerSide), Math.Clamp(height / SmallestCell, 1, CellsPerSide));
        _columns = new ushort[width];
        _between = new float[_across * _down];
        _cells = new float[_across * _down];
        _reference = new float[_across * _down];
    }

    /// <summary>Examines the next picture.</summary>
    /// <param name="picture">Gray values, row by row without padding.</param>
    /// <param name="at">The picture's feed time. If it goes back, the measurement restarts.</param>
    /// <returns>
    /// How long the feed has shown this same picture; zero if it changed. The picture is compared with the first picture of the
    /// still, not with the previous one, so slow movement adds up.
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

    /// <summary>Computes the cells' means: first down the columns, in vectors, then across.</summary>
    private void Average(ReadOnlySpan<byte> picture)
    {
        for (int j = 0; j < _down; j++)
        {
            int top = j * _height / _down, bottom = (j + 1) * _height / _down;
            int step = 1 + ((bottom - top - 1) / MaxRowsPerCell), rows = 0;
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
