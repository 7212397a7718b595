using LusEdge.FFmpeg;

namespace LusEdge.Probe;

/// <summary>Counts coloured pixels in some of a feed's pictures. One thread at a time.</summary>
internal sealed class ColourMeter : IDisposable
{
    /// <summary>Dark pixels say nothing: neither has a tint any colour there, nor does a codec keep it.</summary>
    private const int Dark = 48;

    private const int Neutral = 128;

    /// <summary>Beyond what codecs and capture cards make of gray.</summary>
    private const int Noise = 10;

    /// <summary>A logo of 20x20 pixels on a lit tenth of 1280x1024 is three times as much.</summary>
    private const double Parts = 0.001;

    private const double Tinted = 0.5;

    private Picture? _planes;
    private PictureFilter? _filter;
    private (int Width, int Height, int Format) _like;
    private long _lit;
    private long _coloured;

    /// <summary>What was counted so far.</summary>
    public PictureColour Colour
    {
        get
        {
            double share = _lit == 0 ? 0 : (double)_coloured / _lit;
            return new PictureColour(share >= Tinted ? ColourKind.Tinted : share >= Parts ? ColourKind.Parts : ColourKind.Gray, share);
        }
    }

    /// <summary>Counts a picture's pixels.</summary>
    /// <param name="picture">As it was decoded; stays as it is.</param>
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
