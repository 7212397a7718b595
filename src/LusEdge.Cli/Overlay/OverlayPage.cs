using System.Runtime.InteropServices;
using LusEdge.Aggregate;
using LusEdge.Infer;
using SkiaSharp;

namespace LusEdge.Cli.Overlay;

/// <summary>One frame of the video: the graded picture with its heat map, and the results in a panel beside it.</summary>
internal sealed class OverlayPage : IDisposable
{
    /// <summary>A wide picture is not enlarged beyond this width.</summary>
    private const int WidestEnlarged = 1600;

    /// <summary>
    /// The heat map is coloured at a quarter of the width and height and then enlarged: colouring every pixel would take twice as
    /// long as everything else on the page, and on a smooth map nobody sees the difference.
    /// </summary>
    private const int HeatReduction = 4;

    private static readonly SKSamplingOptions Smooth = new(SKFilterMode.Linear);
    private static readonly SKPaint HeatPaint = new() { ColorFilter = HeatColours.Filter };

    private readonly OverlayPanel _panel;
    private readonly float _panelScale;
    private readonly SKBitmap _page;
    private readonly SKCanvas _canvas;
    private readonly SKBitmap _picture;
    private readonly SKBitmap _heat;
    private readonly SKBitmap _heatMap;
    private readonly SKCanvas _heatCanvas;

    /// <summary>A page for pictures and heat maps of one size.</summary>
    /// <param name="model">The model that grades the pictures.</param>
    /// <param name="picture">Size of the pictures in pixels.</param>
    /// <param name="cells">Columns and rows of the heat maps.</param>
    public OverlayPage(ModelInUse model, SKSizeI picture, SKSizeI cells)
    {
        _panel = new OverlayPanel(model);
        // A small picture is enlarged to the panel's height, or as far as its width allows; a large one stays as it is.
        double scale = Math.Min((double)OverlayPanel.Height / picture.Height, (double)WidestEnlarged / picture.Width);
        scale = Math.Max(1, scale);
        int width = Even(picture.Width * scale), height = Even(picture.Height * scale);
        int pageHeight = Math.Max(OverlayPanel.Height, height);
        Picture = SKRectI.Create(0, (pageHeight - height) / 2, width, height);
        _panelScale = (float)pageHeight / OverlayPanel.Height;

        int pageWidth = width + Even(OverlayPanel.Width * _panelScale);
        _page = new SKBitmap(pageWidth, pageHeight, SKColorType.Bgra8888, SKAlphaType.Opaque);
        _picture = new SKBitmap(picture.Width, picture.Height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        _heat = new SKBitmap(new SKImageInfo(cells.Width, cells.Height, SKColorType.Gray8, SKAlphaType.Opaque), cells.Width);
        (width, height) = (Math.Max(1, width / HeatReduction), Math.Max(1, height / HeatReduction));
        _heatMap = new SKBitmap(width, height, SKColorType.Bgra8888, SKAlphaType.Premul);
        (_canvas, _heatCanvas) = (new SKCanvas(_page), new SKCanvas(_heatMap));
    }

    /// <summary>Width in pixels, even.</summary>
    public int Width => _page.Width;

    /// <summary>Height in pixels, even.</summary>
    public int Height => _page.Height;

    /// <summary>The part of the page that shows the picture.</summary>
    public SKRectI Picture { get; }

    /// <summary>The pixels, row by row: blue, green, red and an unused byte each.</summary>
    public ReadOnlySpan<byte> Pixels => _page.GetPixelSpan();

    /// <summary>Draws a frame.</summary>
    /// <param name="reading">The frame's result.</param>
    /// <param name="number">The frame's number in the clip, from 0.</param>
    /// <param name="picture">Its gray values, row by row; empty if there is no picture of this size.</param>
    /// <param name="heat">The heat of each cell, row by row; empty if there is no grade.</param>
    public void Draw(in FrameReading reading, long number, ReadOnlySpan<byte> picture, ReadOnlySpan<byte> heat)
    {
        _canvas.Clear(SKColors.Black);
        if (!picture.IsEmpty)
        {
            // Skia enlarges colour pixels in a quarter of the time that gray ones take.
            Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(_picture.GetPixelSpan());
            for (int i = 0; i < picture.Length; i++) pixels[i] = 0xff000000 | (picture[i] * 0x010101u);
            Enlarge(_picture, _canvas, Picture);
        }

        if (!heat.IsEmpty)
        {
            heat.CopyTo(_heat.GetPixelSpan());
            _heatCanvas.Clear(SKColors.Transparent);
            Enlarge(_heat, _heatCanvas, _heatMap.Info.Rect, HeatPaint);
            Enlarge(_heatMap, _canvas, Picture);
        }

        _canvas.Save();
        _canvas.Translate(Picture.Width, 0);
        _canvas.Scale(_panelScale);
        _panel.Draw(_canvas, in reading, number);
        _canvas.Restore();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in (IDisposable[])[_canvas, _heatCanvas, _page, _picture, _heat, _heatMap]) owned.Dispose();
    }

    /// <summary>H.264 with subsampled colour needs even lengths.</summary>
    private static int Even(double length) => 2 * Math.Max(1, (int)Math.Round(length / 2));

    private static void Enlarge(SKBitmap bitmap, SKCanvas canvas, SKRectI place, SKPaint? paint = null)
    {
        // A view of the pixels, not a copy; a new one each time, because to Skia the pixels of an image never change.
        using SKImage image = SKImage.FromPixels(bitmap.PeekPixels());
        canvas.DrawImage(image, place, Smooth, paint);
    }
}
