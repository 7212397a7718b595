using LusEdge.Capture.Frames;

namespace LusEdge.Probe;

/// <summary>
/// Counts a picture's pixels of some kind in blocks, because single pixels can be of any kind by chance and speckle leaves gaps.
/// A region is a set of blocks, with one flag per block.
/// </summary>
internal sealed class Blocks
{
    /// <summary>Side of a block in pixels: large enough to bridge speckle.</summary>
    private const int Side = 8;

    /// <summary>A block counts if this share of its pixels does.</summary>
    private const double Share = 0.25;

    private readonly int _width;
    private readonly int _height;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int[] _pixels;
    private readonly bool[] _isIn;

    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public Blocks(int width, int height)
    {
        (_width, _height) = (width, height);
        (_columns, _rows) = ((width + Side - 1) / Side, (height + Side - 1) / Side);
        _pixels = new int[_columns * _rows];
        _isIn = new bool[width * height];
    }

    /// <summary>Pixels in a block.</summary>
    public const int Area = Side * Side;

    /// <summary>Pixels in blocks that count.</summary>
    public long Pixels => _pixels.Where(Counts).Sum(pixels => (long)pixels);

    /// <summary>Adds a pixel of the kind.</summary>
    public void Add(int x, int y)
    {
        _isIn[(y * _width) + x] = true;
        _pixels[(y / Side * _columns) + (x / Side)]++;
    }

    /// <summary>Pixels in a region.</summary>
    public long PixelsIn(bool[] region) => _pixels.Where((_, block) => region[block]).Sum(pixels => (long)pixels);

    /// <summary>The region with the most pixels, null if no block counts. It can bridge gaps of one block.</summary>
    public bool[]? Largest()
    {
        const int AcrossAGap = 2;
        bool[]? largest = null;
        var seen = new bool[_pixels.Length];
        for (int block = 0; block < _pixels.Length; block++)
        {
            if (seen[block] || !Counts(_pixels[block])) continue;
            var region = new bool[_pixels.Length];
            region[block] = true;
            Flood(region, AcrossAGap);
            for (int i = 0; i < seen.Length; i++) seen[i] |= region[i];
            if (largest is null || PixelsIn(region) > PixelsIn(largest)) largest = region;
        }

        return largest;
    }

    /// <summary>Extends another set's region by all blocks of this set connected to it.</summary>
    public bool[] Grow(bool[] region)
    {
        bool[] grown = [.. region];
        Flood(grown, reach: 1);
        return grown;
    }

    /// <summary>
    /// The bounding box of a region's pixels. Blocks at its edge are sparsely filled, so neighbouring blocks are included.
    /// </summary>
    public Sector Box(bool[] region)
    {
        (int left, int top, int right, int bottom) = (_width, _height, -1, -1);
        var near = new bool[region.Length];
        for (int block = 0; block < region.Length; block++)
        {
            if (!region[block]) continue;
            foreach (int next in Around(block, 1)) near[next] = true;
        }

        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                if (!_isIn[(y * _width) + x] || !near[(y / Side * _columns) + (x / Side)]) continue;
                (left, top) = (Math.Min(left, x), Math.Min(top, y));
                (right, bottom) = (Math.Max(right, x), Math.Max(bottom, y));
            }
        }

        return new Sector(left, top, right - left + 1, bottom - top + 1);
    }

    private static bool Counts(int pixels) => pixels >= Share * Area;

    private void Flood(bool[] region, int reach)
    {
        var open = new Stack<int>(Enumerable.Range(0, region.Length).Where(block => region[block]));
        while (open.TryPop(out int block))
        {
            foreach (int next in Around(block, reach))
            {
                if (region[next] || !Counts(_pixels[next])) continue;
                region[next] = true;
                open.Push(next);
            }
        }
    }

    private IEnumerable<int> Around(int block, int reach)
    {
        (int row, int column) = Math.DivRem(block, _columns);
        for (int y = Math.Max(0, row - reach); y <= Math.Min(_rows - 1, row + reach); y++)
        {
            for (int x = Math.Max(0, column - reach); x <= Math.Min(_columns - 1, column + reach); x++)
            {
                yield return (y * _columns) + x;
            }
        }
    }
}
