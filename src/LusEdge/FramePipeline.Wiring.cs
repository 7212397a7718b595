using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Preprocess;
using LusEdge.Results;
using LusEdge.Signal;

namespace LusEdge;

/// <content>What the journey is wired from, and the small decisions beside it.</content>
public sealed partial class FramePipeline
{
    /// <summary>How long to wait for a frame before looking up: short enough for commands and for a clip that is due.</summary>
    private static readonly TimeSpan TakeTimeout = TimeSpan.FromMilliseconds(100);

    private readonly VideoFeed _feed;
    private readonly PreprocessOptions _preprocess;
    private readonly AggregateOptions _aggregate;
    private readonly bool _bestGuess;
    private readonly PipelineInbox _inbox;
    private readonly IReadingSink _sink;
    private readonly PipelineMeter _meter;
    private readonly TimeProvider _time;
    private readonly int _faultAfterFrames;
    private readonly long _started;

    // What serves, and what belongs to it; another model brings its own.
    private SeverityModel _model;
    private SignalJudge _judge;
    private Aggregator _aggregator;
    private FreezeDetector? _freeze;

    private Preprocessor? _preprocessor;
    private SignalState _signal = new(FrameState.Starting, LiveSince: null);
    private int _failedInARow;

    /// <summary>The feed's own time, which clips, smoothing and stills are measured in.</summary>
    private TimeSpan _feedTime;

    /// <summary>A pipeline for one feed.</summary>
    /// <param name="options">The whole configuration.</param>
    /// <param name="feed">To be started before the run; whoever made it disposes it.</param>
    /// <param name="model">A loaded model; whoever loaded it disposes it, unless another takes over (<see cref="Model"/>).</param>
    /// <param name="inbox">Commands to be carried out between two frames.</param>
    /// <param name="sink">Where the results go.</param>
    /// <param name="meter">Told of every frame. The feed must write to the same ledger.</param>
    /// <param name="time">The clock; the feed's own.</param>
    /// <param name="preprocessor">Made for the feed, by someone who wanted to know beforehand that it can be; null to make it when the first frame comes.</param>
    /// <param name="bestGuess">Grade every clip that has a decodable frame.</param>
    public FramePipeline(
        LusEdgeOptions options,
        VideoFeed feed,
        SeverityModel model,
        PipelineInbox inbox,
        IReadingSink sink,
        PipelineMeter meter,
        TimeProvider time,
        Preprocessor? preprocessor = null,
        bool bestGuess = false)
    {
        _feed = feed;
        _preprocess = options.Preprocess;
        _aggregate = options.Aggregate;
        _faultAfterFrames = options.Health.FaultAfterFrames;
        _inbox = inbox;
        _sink = sink;
        _meter = meter;
        _time = time;
        _preprocessor = preprocessor;
        _bestGuess = bestGuess;
        _started = time.GetTimestamp();
        Use(model);
    }

    /// <summary>What grades the frames now. The pipeline disposes those that it replaces; the last one is left to whoever made the pipeline.</summary>
    public SeverityModel Model => Volatile.Read(ref _model);

    /// <summary>Each command ends the clip in progress, so that no clip has two zones or two models.</summary>
    private void Execute(PipelineCommand command)
    {
        CloseClip();
        switch (command)
        {
            case PipelineCommand.SwapModel swap:
                SeverityModel old = _model;
                Use(swap.Model);
                old.Dispose();
                _failedInARow = 0;
                _sink.Model(swap.Model.InUse);
                break;
            case PipelineCommand.BeginZone begin:
                _aggregator.Zone = begin.Zone;
                break;
            case PipelineCommand.EndZone:
                _aggregator.Zone = null;
                break;
            case PipelineCommand.CutClip:
                break;
        }
    }

    /// <summary>A model, its limits, and an empty clip and fresh smoothing on its scale. The zone stays.</summary>
    [MemberNotNull(nameof(_model), nameof(_judge), nameof(_aggregator))]
    private void Use(SeverityModel model)
    {
        Volatile.Write(ref _model, model);
        _judge = new SignalJudge(SignalThresholds.Of(model.Description.Gate));
        _freeze = null;
        _aggregator = new Aggregator(model.InUse.Scheme, _aggregate, wholeFeedIsOneClip: !_feed.IsLive, _bestGuess) { Zone = _aggregator?.Zone };
    }

    [MemberNotNull(nameof(_preprocessor))]
    private void RecordArrival(CapturedFrame frame)
    {
        _preprocessor ??= new Preprocessor(_preprocess, _feed.Description!);
        _feedTime = FeedTimeOf(frame);
    }

    /// <summary>Presentation time for a recording (one frame interval after the last where it has none), the monotonic clock for a live feed.</summary>
    private TimeSpan FeedTimeOf(CapturedFrame frame)
    {
        if (_feed.IsLive) return _time.GetElapsedTime(_started, frame.Timestamp);
        return frame.Pts ?? (frame.Number == 0 ? TimeSpan.Zero : _feedTime + _feed.Description!.FrameInterval);
    }

    /// <summary>How old a picture is. A recording's pictures have no age: they are graded as they were.</summary>
    private TimeSpan AgeOf(CapturedFrame frame) => _feed.IsLive ? _time.GetElapsedTime(frame.Timestamp) : TimeSpan.Zero;

    /// <summary>
    /// Only a picture that could be graded is compared with those before it: black or damaged ones in between must not make a frozen scanner
    /// look as if it moved. A model without a limit for stills has no frozen pictures.
    /// </summary>
    private FrameState JudgePicture(PictureFacts picture, ReadOnlySpan<byte> input, TimeSpan age)
    {
        FrameState state = _judge.OfPicture(picture, age);
        if (state != FrameState.Live || _model.Description.Gate.FrozenDifference is not { } difference) return state;
        _freeze ??= new FreezeDetector(difference, _preprocessor!.Width, _preprocessor.Height);
        return _judge.OfPicture(picture with { StillFor = _freeze.StillFor(input, _feedTime) }, age);
    }

    private void ThrowIfModelFaulted(FrameState state)
    {
        // Only an answer shows that the model works: a black or damaged picture never reached it.
        if (state is FrameState.Live or FrameState.LowConfidence or FrameState.Ood) _failedInARow = 0;
        else if (state == FrameState.Failed) _failedInARow++;
        if (_failedInARow < _faultAfterFrames) return;
        throw new ModelException(
            ModelFailure.Faulted,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the model {_model.InUse.Reference} failed on {_failedInARow} frames in a row (Health:FaultAfterFrames): the first failure is in the log. Check the model and the provider {_model.InUse.Provider}."));
    }

    /// <summary>A clip that has its length is closed even if no frame comes to end it.</summary>
    private void CloseClipIfDue()
    {
        if (_feed.IsLive && _aggregator.ClipEndsBefore(startsFeed: false, _time.GetElapsedTime(_started))) CloseClip();
    }

    private void CloseClip()
    {
        if (_aggregator.CloseClip() is { } clip) _sink.Clip(clip);
    }
}
