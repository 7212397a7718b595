using System.Globalization;
using System.Numerics.Tensors;
using LusEdge.Capture.Frames;

namespace LusEdge.Probe;

/// <summary>
/// Finds the ultrasound on a scanner's screen. Echoes change from picture to picture, while text, scales and logos stand still
/// and a clock changes once per second. The guess is the bounding box of the largest connected region that keeps changing.
/// </summary>
internal sealed class SectorFinder
{
    /// <summary>Smallest change in gray levels that counts: more than codecs and capture cards add to a still picture.</summary>
    private const byte Noticeable = 6;

    /// <summary>An echo pixel changes in at least this share of the steps; a clock's, at 25 fps, in a 25th.</summary>
    private const double OftenEnough = 0.08;

    /// <summary>A pixel that is never brighter is black.</summary>
    private const byte Black = 24;

    private const int StepsToBeSure = 20;
    private const double WholePicture = 0.97;

    /// <summary>If the box grew by more than a tenth, the guess is not sure.</summary>
    private const double Grown = 1.1;

    /// <summary>If it grew beyond this, it ran into the screen's decoration.</summary>
    private const double GrownTooFar = 2.5;

    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _previous;
    private readonly byte[] _brightest;
    private readonly int[] _changes;
    private readonly byte[] _high;
    private readonly byte[] _low;
    private int _pictures;
    private int _steps;

    /// <param name="size">Size of all pictures.</param>
    public SectorFinder(PictureSize size)
    {
        (_width, _height) = (size.Width, size.Height);
        _previous = new byte[_width * _height];
        _brightest = new byte[_width * _height];
        _changes = new int[_width * _height];
        _high = new byte[_width];
        _low = new byte[_width];
    }

    /// <summary>Examines a picture.</summary>
    /// <param name="frame">Uncropped, undamaged and of the given size.</param>
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
        // A grabber that is faster than the scanner repeats pictures; a repeat is not a step.
        if (changed) _steps++;
    }

    /// <summary>The guess from what was seen so far.</summary>
    public SectorGuess Guess()
    {
        if (_pictures == 0) return new(default, Confidence.Unsure, "no undamaged picture was seen");
        int often = Math.Max(1, (int)Math.Ceiling(OftenEnough * _steps));
        Blocks changing = Count(i => _steps > 0 && _changes[i] >= often);
        Blocks lit = Count(i => _brightest[i] > Black);
        if (changing.Largest() is { } echo) return Describe(echo, changing, lit);
        return lit.Largest() is { } brightest
            ? new(lit.Box(brightest), Confidence.Unsure, "nothing moves: this is the largest region that is not black; scan something and probe again")
            : new(default, Confidence.Unsure, "the picture is black: check the cable, and that the scanner is scanning");
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

    private SectorGuess Describe(bool[] echo, Blocks changing, Blocks lit)
    {
        Sector moving = changing.Box(echo);

        // The chest wall above can stand still, and the depth below can be dim: connected lit pixels belong to the sector.
        bool[] grown = lit.Grow(echo);
        Sector whole = Union(moving, lit.Box(grown));
        bool isGrown = Area(whole) > Grown * Area(moving);
        if (Area(whole) > GrownTooFar * Area(moving)) (whole, isGrown) = (moving, false);

        double share = (double)changing.PixelsIn(echo) / changing.Pixels;
        double fill = (double)echo.Count(isIn => isIn) * Blocks.Area / Area(moving);
        double area = (double)Area(whole) / ((long)_width * _height);
        if (area > WholePicture)
        {
            return new(default, Confidence.Likely, "the scan fills the whole picture, or this is not a scanner's screen");
        }

        bool sure = share > 0.97 && fill > 0.4 && area > 0.05 && _steps >= StepsToBeSure && !isGrown;
        bool likely = share > 0.8 && fill > 0.2 && area > 0.02;
        return new(
            whole,
            sure ? Confidence.Sure : likely ? Confidence.Likely : Confidence.Unsure,
            string.Create(
                CultureInfo.InvariantCulture,
                $"it contains {share:0%} of the changing area{(isGrown ? " and the lit area next to it" : "")} "
                + $"and covers {area:0%} of the picture"));
    }

    private Blocks Count(Func<int, bool> isIn)
    {
        var blocks = new Blocks(_width, _height);
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                if (isIn((y * _width) + x)) blocks.Add(x, y);
            }
        }

        return blocks;
    }

    private static long Area(Sector sector) => (long)sector.Width * sector.Height;

    private static Sector Union(Sector a, Sector b)
    {
        (int x, int y) = (Math.Min(a.X, b.X), Math.Min(a.Y, b.Y));
        (int right, int bottom) = (Math.Max(a.X + a.Width, b.X + b.Width), Math.Max(a.Y + a.Height, b.Y + b.Height));
        return new Sector(x, y, right - x, bottom - y);
    }
}
