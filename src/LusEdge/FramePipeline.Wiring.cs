using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Judge;
using LusEdge.Metering;
using LusEdge.Preprocess;
using LusEdge.Results;

namespace LusEdge;

/// <content>The wiring, and the small decisions beside the journey.</content>
public sealed partial class FramePipeline
{
    /// <summary>How long to wait for a frame: short enough for commands, and for closing a clip on time.</summary>
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

    // The model in use and its parts; another model brings its own.
    private SeverityModel _model;
    private SignalJudge _judge;
    private Aggregator _aggregator;
    private FreezeDetector? _freeze;

    private Preprocessor? _preprocessor;
    private SignalState _signal = new(FrameState.Starting, LiveSince: null);
    private int _failedInARow;

    /// <summary>The feed's own time, in which clips, smoothing and stills are measured.</summary>
    private TimeSpan _feedTime;

    /// <summary>UTC minus the time since the start, as of the last frame: it changes when the system clock is set.</summary>
    private DateTimeOffset? _utcAtStart;

    /// <summary>A pipeline for one feed.</summary>
    /// <param name="options">The whole configuration.</param>
    /// <param name="feed">Must be started before the run; the caller disposes it.</param>
    /// <param name="model">A loaded model; the caller disposes it, unless another takes over (<see cref="Model"/>).</param>
    /// <param name="inbox">Commands to execute between two frames.</param>
    /// <param name="sink">Where the results go.</param>
    /// <param name="meter">Counts every frame. The feed must write to the same ledger.</param>
    /// <param name="time">The clock, the same as the feed's.</param>
    /// <param name="preprocessor">A preprocessor for the feed, if it was made in advance; null to make it with the first
    /// frame.</param>
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

    /// <summary>The model in use. The pipeline disposes the models it replaces; its owner disposes the last one.</summary>
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

    /// <summary>Switches to a model, with its limits, an empty clip and fresh smoothing on its scale. The zone stays.</summary>
    [MemberNotNull(nameof(_model), nameof(_judge), nameof(_aggregator))]
    private void Use(SeverityModel model)
    {
        Volatile.Write(ref _model, model);
        _judge = new SignalJudge(SignalThresholds.Of(model.Description.Gate));
        _freeze = null;
        _aggregator = new Aggregator(model.InUse.Scheme, _aggregate, wholeFeedIsOneClip: !_feed.IsLive, _bestGuess)
        {
            Zone = _aggregator?.Zone,
        };
    }

    [MemberNotNull(nameof(_preprocessor))]
    private void RecordArrival(CapturedFrame frame)
    {
        FeedDescription feed = _feed.Description!;
        if (_preprocessor is null || _preprocessor.Geometry != feed.Geometry)
        {
            _preprocessor = new Preprocessor(_preprocess, feed);
            _freeze = null;
        }

        _feedTime = FeedTimeOf(frame);
        DateTimeOffset utcAtStart = frame.CapturedAt - _time.GetElapsedTime(_started, frame.Timestamp);
        if (_utcAtStart is { } before && utcAtStart != before) _aggregator.ClockWasSet(utcAtStart - before);
        _utcAtStart = utcAtStart;
    }

    /// <summary>
    /// For a live feed, the monotonic clock; for a recording, the presentation time, or one frame interval after the last frame
    /// if there is none.
    /// </summary>
    private TimeSpan FeedTimeOf(CapturedFrame frame)
    {
        if (_feed.IsLive) return _time.GetElapsedTime(_started, frame.Timestamp);
        return frame.Pts ?? (frame.Number == 0 ? TimeSpan.Zero : _feedTime + _feed.Description!.FrameInterval);
    }

    /// <summary>Whether a picture is too old for a score. A recording's pictures never are.</summary>
    private bool IsTooOld(CapturedFrame frame) => _feed.IsLive && _time.GetElapsedTime(frame.Timestamp) > MaxAge;

    private TimeSpan MaxAge => SignalJudge.MaxAge(_feed.Rhythm.Interval ?? TimeSpan.Zero);

    /// <summary>
    /// Only gradable pictures are compared with each other: black or damaged ones in between must not make a frozen scanner look
    /// as if it moved. Without the model's limit for stills, no picture is frozen.
    /// </summary>
    private FrameState JudgePicture(PictureFacts picture, ReadOnlySpan<byte> input, bool isTooOld)
    {
        FrameState state = _judge.OfPicture(picture, isTooOld);
        if (state != FrameState.Live || _model.Description.Gate.FrozenDifference is not { } difference) return state;
        _freeze ??= new FreezeDetector(difference, _preprocessor!.Width, _preprocessor.Height);
        return _judge.OfPicture(picture with { StillFor = _freeze.StillFor(input, _feedTime) }, isTooOld);
    }

    private void ThrowIfModelFaulted(FrameState state)
    {
        // Only an answer shows that the model works; a black or damaged picture never reached it.
        if (state is FrameState.Live or FrameState.LowConfidence or FrameState.Ood) _failedInARow = 0;
        else if (state == FrameState.Failed) _failedInARow++;
        if (_failedInARow < _faultAfterFrames) return;
        throw new ModelException(
            ModelFailure.Faulted,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the model {_model.InUse.Reference} failed on {_failedInARow} frames in a row (Health:FaultAfterFrames). ")
            + $"The log has the first failure. Check the model and the provider {_model.InUse.Provider}.");
    }

    /// <summary>Closes a clip of full length even if no frame comes to end it.</summary>
    private void CloseClipIfDue()
    {
        if (_feed.IsLive && _aggregator.ClipEndsBefore(startsFeed: false, _time.GetElapsedTime(_started))) CloseClip();
    }

    private void CloseClip()
    {
        if (_aggregator.CloseClip() is { } clip) _sink.Clip(clip);
    }
}
