using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Infer;
using LusEdge.Preprocess;
using LusEdge.Results;

namespace LusEdge.Cli.Overlay;

/// <summary>Draws every frame on its way to replay's own output. A frame with a grade has its heat map, one without says why.</summary>
internal sealed class OverlaySink : IReadingSink
{
    private readonly IReadingSink _output;
    private readonly OverlayFile _file;
    private readonly SeverityModel _model;
    private readonly Preprocessor _preprocessor;
    private readonly OverlayPage _page;
    private readonly HeatMap _heat;
    private long _first = -1;

    /// <summary>Starts the video.</summary>
    /// <param name="file">Where it goes.</param>
    /// <param name="feed">Open: tells the rate.</param>
    /// <param name="preprocessor">Fills the model's input.</param>
    /// <param name="model">Grades what is in its input.</param>
    /// <param name="activation">The model's.</param>
    /// <param name="output">Gets every reading too.</param>
    /// <exception cref="OverlayException">There is no ffmpeg.</exception>
    public OverlaySink(OverlayFile file, VideoFeed feed, Preprocessor preprocessor, SeverityModel model, ActivationMap activation, IReadingSink output)
    {
        (_file, _preprocessor, _model, _output) = (file, preprocessor, model, output);
        _page = new OverlayPage(model.InUse, preprocessor.Width, preprocessor.Height);
        _heat = new HeatMap(activation, _page.ShownWidth, _page.ShownHeight);
        _file.Start(_page.Canvas.Width, _page.Canvas.Height, feed.Description!.FrameInterval);
    }

    /// <inheritdoc/>
    public void Frame(in FrameReading reading)
    {
        _output.Frame(in reading);
        if (_first < 0) _first = reading.Frame;

        // Both still hold this frame's: the sink is called before the next is taken.
        ReadOnlySpan<byte> picture = _preprocessor.HoldsPicture ? _model.InputFor(_preprocessor.Width, _preprocessor.Height) : [];
        ReadOnlySpan<float> heat = [];
        if (reading.Smoothed is { } smoothed)
        {
            heat = _heat.Of(_model.InUse.Scheme.Grades.Index().First(grade => grade.Item == smoothed.Grade).Index);
        }

        _page.Draw(in reading, reading.Frame - _first, picture, heat);
        _file.Write(_page.Canvas.Pixels);
    }

    /// <inheritdoc/>
    public void Clip(ClipSummary summary) => _output.Clip(summary);

    /// <inheritdoc/>
    public void Announce(in Announcement announcement) => _output.Announce(in announcement);
}
