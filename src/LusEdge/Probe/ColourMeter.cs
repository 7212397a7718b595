using LusEdge.FFmpeg;

namespace LusEdge.Probe;

/// <summary>Counts coloured pixels in a sample of a feed's pictures. One thread at a time.</summary>
internal sealed class ColourMeter : IDisposable
{
    /// <summary>Darker pixels are ignored: a tint has no colour there, and codecs don't preserve it.</summary>
    private const int Dark = 48;

    private const int Neutral = 128;

    /// <summary>Chroma noise that codecs and capture cards add to gray, at most.</summary>
    private const int Noise = 10;

    /// <summary>A 20x20 logo on a 1280x1024 picture of which a tenth is lit has three times this share.</summary>
    private const double Parts = 0.001;

    private const double Tinted = 0.5;

    private Picture? _planes;
    private PictureFilter? _filter;
    private (int Width, int Height, int Format) _like;
    private long _lit;
    private long _coloured;

    /// <summary>The result so far.</summary>
    public PictureColour Colour
    {
        get
        {
            double share = _lit == 0 ? 0 : (double)_coloured / _lit;
            ColourKind kind = share >= Tinted ? ColourKind.Tinted : share >= Parts ? ColourKind.Parts : ColourKind.Gray;
            return new PictureColour(kind, share);
        }
    }

    /// <summary>Counts a picture's pixels.</summary>
    /// <param name="picture">As decoded; left unchanged.</param>
    public void Add(Picture picture)
    {
        var like = (picture.Width, picture.Height, picture.PixelFormat);
        if (_filter is null || like != _like)
        {
            _filter?.Dispose();
            _filter = PictureFilter.Create("format=yuv444p", picture);
            _like = like;
        }

        _planes ??= new Picture();
        if (!_filter.Process(picture, _planes, keep: true).IsOk) return;
        for (int y = 0; y < _planes.Height; y++) AddRow(_planes.Row(y), _planes.Row(y, 1), _planes.Row(y, 2));
        _planes.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filter?.Dispose();
        _planes?.Dispose();
    }

    private void AddRow(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v)
    {
        for (int x = 0; x < luma.Length; x++)
        {
            if (luma[x] < Dark) continue;
            _lit++;
            if (Math.Abs(u[x] - Neutral) > Noise || Math.Abs(v[x] - Neutral) > Noise) _coloured++;
        }
    }
}
