using System.Numerics.Tensors;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Infer;
using LusEdge.Preprocess;
using LusEdge.Results;
using SkiaSharp;

namespace LusEdge.Cli.Overlay;

/// <summary>Adds every frame to the overlay and passes it on to replay's output.</summary>
internal sealed class OverlaySink : IReadingSink
{
    private readonly OverlayFile _file;
    private readonly SeverityModel _model;
    private readonly Preprocessor _preprocessor;
    private readonly HeatMap _heatMap;
    private readonly IReadingSink _output;
    private long? _first;

    /// <summary>Starts the video.</summary>
    /// <param name="file">The video.</param>
    /// <param name="feed">The open clip, which knows its frame rate.</param>
    /// <param name="preprocessor">Fills the model's input.</param>
    /// <param name="model">Grades the picture in its input.</param>
    /// <param name="activation">The model's class activation map.</param>
    /// <param name="output">Receives every reading too.</param>
    /// <exception cref="OverlayException">There is no ffmpeg command.</exception>
    public OverlaySink(
        OverlayFile file,
        VideoFeed feed,
        Preprocessor preprocessor,
        SeverityModel model,
        ActivationMap activation,
        IReadingSink output)
    {
        (_file, _preprocessor, _model, _output) = (file, preprocessor, model, output);
        _heatMap = new HeatMap(activation);
        var picture = new SKSizeI(preprocessor.Width, preprocessor.Height);
        var cells = new SKSizeI(activation.Width, activation.Height);
        _file.Start(new OverlayPage(model.InUse, picture, cells), feed.Description!.FrameInterval);
    }

    /// <inheritdoc/>
    public void Frame(in FrameReading reading)
    {
        _output.Frame(in reading);
        _first ??= reading.Frame;

        // The model's input and its activation map still hold this frame: the pipeline takes the next one after this call.
        ReadOnlySpan<byte> picture = _preprocessor.HoldsPicture ? _model.InputFor(_preprocessor.Width, _preprocessor.Height) : [];
        ReadOnlySpan<byte> heat = reading.Smoothed is { } score ? _heatMap.For(TensorPrimitives.IndexOfMax(score.P.Span)) : [];
        _file.Write(in reading, reading.Frame - _first.Value, picture, heat);
    }

    /// <inheritdoc/>
    public void Clip(ClipSummary summary) => _output.Clip(summary);

    /// <inheritdoc/>
    public void Announce(in Announcement announcement) => _output.Announce(in announcement);
}
