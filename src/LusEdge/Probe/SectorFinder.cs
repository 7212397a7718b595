using System.Globalization;
using System.Numerics.Tensors;
using LusEdge.Capture;

namespace LusEdge.Probe;

/// <summary>
/// Looks for the ultrasound in a scanner's screen: echoes change from picture to picture, while text, scales and logos stand still and a
/// clock changes once a second. Of what keeps changing the largest connected region is taken, and its bounding box is the guess.
/// </summary>
internal sealed class SectorFinder
{
    /// <summary>A side of the blocks that regions are made of, in pixels: large enough to bridge speckle.</summary>
    private const int Block = 8;

    /// <summary>A block belongs to a region when this share of its pixels does: codecs make single pixels change anywhere.</summary>
    private const double BlockShare = 0.25;

    /// <summary>Gray levels that a pixel must change by: above what codecs and capture cards do to a still picture.</summary>
    private const byte Noticeable = 6;

    /// <summary>A pixel of the echo changes in at least this share of the steps; one of a clock at 25 fps in a 25th.</summary>
    private const double OftenEnough = 0.08;

    /// <summary>A pixel that was never brighter is black.</summary>
    private const byte Black = 24;

    private const int StepsToBeSure = 20;
    private const double WholePicture = 0.97;

    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _previous;
    private readonly byte[] _brightest;
    private readonly int[] _changes;
    private readonly byte[] _high;
    private readonly byte[] _low;
    private int _pictures;
    private int _steps;

    /// <param name="size">Of the pictures to come.</param>
    public SectorFinder(PictureSize size)
    {
        (_width, _height) = (size.Width, size.Height);
        _previous = new byte[_width * _height];
        _brightest = new byte[_width * _height];
        _changes = new int[_width * _height];
        _high = new byte[_width];
        _low = new byte[_width];
    }

    /// <summary>Looks at a picture.</summary>
    /// <param name="frame">Whole, sound, and of the size given.</param>
    public void Add(CapturedFrame frame)
    {
        bool changed = false;
        for (int y = 0; y < _height; y++)
        {
            ReadOnlySpan<byte> row = frame.Row(y);
            int at = y * _width;
            Span<byte> previous = _previous.AsSpan(at, _width);
            Span<byte> brightest = _brightest.AsSpan(at, _width);
            TensorPrimitives.Max(row, brightest, brightest);
            if (_pictures > 0) changed |= CountChanges(row, previous, _changes.AsSpan(at, _width));
            row.CopyTo(previous);
        }

        _pictures++;
        // A grabber that is faster than the scanner repeats pictures: that is no step.
        if (changed) _steps++;
    }

    /// <summary>The guess from what was seen so far.</summary>
    public SectorGuess Guess()
    {
        if (_pictures == 0) return new("none", Confidence.Unsure, "no sound picture was seen");
        int often = Math.Max(1, (int)Math.Ceiling(OftenEnough * _steps));
        if (_steps > 0 && Largest(i => _changes[i] >= often) is { } moving) return Describe(moving);
        return Largest(i => _brightest[i] > Black) is { } lit
            ? new(lit.ToString(), Confidence.Unsure, "nothing moves: this is the largest thing that is not black. Scan something and probe again")
            : new("none", Confidence.Unsure, "the picture is black: check the cable, and that the scanner scans");
    }

    private bool CountChanges(ReadOnlySpan<byte> row, ReadOnlySpan<byte> previous, Span<int> changes)
    {
        TensorPrimitives.Max(row, previous, _high);
        TensorPrimitives.Min(row, previous, _low);
        TensorPrimitives.Subtract<byte>(_high, _low, _high);
        if (TensorPrimitives.Max<byte>(_high) < Noticeable) return false;
        for (int x = 0; x < changes.Length; x++)
        {
            if (_high[x] >= Noticeable) changes[x]++;
        }

        return true;
    }

    private SectorGuess Describe(Region moving)
    {
        double area = (double)moving.Width * moving.Height / (_width * _height);
        string share = string.Create(CultureInfo.InvariantCulture, $"{moving.Share:0%} of what keeps changing lies in it, {area:0%} of the picture");
        if (area > WholePicture) return new("none", Confidence.Likely, "the whole picture changes: it shows nothing but the scan, or is no scanner's screen");
        bool sure = moving.Share > 0.97 && moving.Fill > 0.4 && area > 0.05 && _steps >= StepsToBeSure;
        bool likely = moving.Share > 0.8 && moving.Fill > 0.2 && area > 0.02;
        return new(moving.ToString(), sure ? Confidence.Sure : likely ? Confidence.Likely : Confidence.Unsure, share);
    }

    /// <summary>The largest connected region of the pixels that are in question.</summary>
    private Region? Largest(Func<int, bool> isIn)
    {
        int columns = (_width + Block - 1) / Block;
        int rows = (_height + Block - 1) / Block;
        int[] pixels = new int[columns * rows];
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                if (isIn((y * _width) + x)) pixels[(y / Block * columns) + (x / Block)]++;
            }
        }

        long total = 0;
        var region = new int[pixels.Length];
        (long Pixels, int Blocks, int Number) best = default;
        for (int start = 0, number = 0; start < pixels.Length; start++)
        {
            if (pixels[start] < BlockShare * Block * Block) continue;
            total += pixels[start];
            if (region[start] != 0) continue;
            (long size, int blocks) = Flood(start, ++number, pixels, region, columns, rows);
            if (size > best.Pixels) best = (size, blocks, number);
        }

        if (best.Pixels == 0) return null;
        Region box = Box(best.Number, region, columns, isIn);
        double fill = (double)best.Blocks * Block * Block / (box.Width * box.Height);
        return box with { Share = (double)best.Pixels / total, Fill = fill };
    }

    /// <summary>Marks all blocks that hang together with one, also across a gap of one block.</summary>
    private static (long Pixels, int Blocks) Flood(int start, int number, int[] pixels, int[] region, int columns, int rows)
    {
        const int Reach = 2;
        long sum = 0;
        int blocks = 0;
        var open = new Stack<int>([start]);
        region[start] = number;
        while (open.TryPop(out int block))
        {
            sum += pixels[block];
            blocks++;
            (int row, int column) = Math.DivRem(block, columns);
            for (int y = Math.Max(0, row - Reach); y <= Math.Min(rows - 1, row + Reach); y++)
            {
                for (int x = Math.Max(0, column - Reach); x <= Math.Min(columns - 1, column + Reach); x++)
                {
                    int next = (y * columns) + x;
                    if (region[next] != 0 || pixels[next] < BlockShare * Block * Block) continue;
                    region[next] = number;
                    open.Push(next);
                }
            }
        }

        return (sum, blocks);
    }

    /// <summary>The pixels' bounding box. At the rim a block is hardly filled, so the blocks beside the region's are looked at too.</summary>
    private Region Box(int number, int[] region, int columns, Func<int, bool> isIn)
    {
        (int left, int top, int right, int bottom) = (_width, _height, -1, -1);
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                if (!isIn((y * _width) + x) || !IsNear(x / Block, y / Block)) continue;
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
            }
        }

        return new Region(left, top, right - left + 1, bottom - top + 1, 0, 0);

        bool IsNear(int column, int row)
        {
            for (int y = Math.Max(0, row - 1); y <= Math.Min((region.Length / columns) - 1, row + 1); y++)
            {
                for (int x = Math.Max(0, column - 1); x <= Math.Min(columns - 1, column + 1); x++)
                {
                    if (region[(y * columns) + x] == number) return true;
                }
            }

            return false;
        }
    }

    /// <param name="X">Left edge.</param>
    /// <param name="Y">Upper edge.</param>
    /// <param name="Width">In pixels.</param>
    /// <param name="Height">In pixels.</param>
    /// <param name="Share">Of all pixels in regions, those in this one.</param>
    /// <param name="Fill">Of its box, what is region.</param>
    private readonly record struct Region(int X, int Y, int Width, int Height, double Share, double Fill)
    {
        /// <summary>As in Capture:Sector.</summary>
        public override string ToString() => new Sector(X, Y, Width, Height).ToString();
    }
}
