using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Preprocess;
using LusEdge.Publish;

namespace LusEdge;

/// <content>What the journey is wired from, and the small decisions beside it.</content>
public sealed partial class FramePipeline
{
    /// <summary>How long to wait for a frame before looking up: a fraction of the second within which a stall is to be announced.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>A gap this long is a stall: over ten frames at 25 fps, and half of the promised second.</summary>
    private static readonly TimeSpan UsualStall = TimeSpan.FromMilliseconds(500);

    /// <summary>A feed of few frames a second stalls when three of them are missing.</summary>
    private const int StallFrames = 3;

    private readonly VideoFeed _feed;
    private readonly PreprocessOptions _preprocess;
    private readonly AggregateOptions _aggregate;
    private readonly bool _bestGuess;
    private readonly ModelWatch? _watch;
    private readonly IReadingSink _sink;
    private readonly PipelineMeter _meter;
    private readonly TimeProvider _time;
    private readonly int _faultAfterFrames;

    // What serves, and what goes with it; another model brings its own.
    private SeverityModel _model;
    private Aggregator _aggregator;
    private float _blackMean;

    // Four times, each for one use. The first two are monotonic: how long the feed has run, how long no frame has come.
    private readonly long _started;
    private long _lastFrame;

    /// <summary>UTC, only to be told: since when no frame has come.</summary>
    private DateTimeOffset _silentSince;

    /// <summary>The feed's own: what clips and smoothing are measured in.</summary>
    private TimeSpan _feedTime;
    private bool _anyFrame;
    private Preprocessor? _preprocessor;
    private FreezeDetector? _freeze;
    private int _failedInARow;

    /// <summary>A pipeline for one feed.</summary>
    /// <param name="options">The whole configuration.</param>
    /// <param name="feed">To be started before the run; whoever made it disposes it.</param>
    /// <param name="preprocessor">Made for the feed; null for a live feed that is not open yet: its first frame tells what to make it for.</param>
    /// <param name="model">A loaded model; whoever loaded it disposes it, unless another takes over (<see cref="Model"/>).</param>
    /// <param name="sink">Where the results go.</param>
    /// <param name="meter">Told of every frame. The feed must write to the same ledger.</param>
    /// <param name="time">The clock; the feed's own.</param>
    /// <param name="bestGuess">Grade every clip that has a decodable frame.</param>
    /// <param name="watch">Has models that were activated meanwhile; null to keep the one given.</param>
    public FramePipeline(
        LusEdgeOptions options,
        VideoFeed feed,
        Preprocessor? preprocessor,
        SeverityModel model,
        IReadingSink sink,
        PipelineMeter meter,
        TimeProvider time,
        bool bestGuess = false,
        ModelWatch? watch = null)
    {
        _feed = feed;
        _preprocess = options.Preprocess;
        _preprocessor = preprocessor;
        _aggregate = options.Aggregate;
        _bestGuess = bestGuess;
        _watch = watch;
        Use(model);
        _sink = sink;
        _meter = meter;
        _time = time;
        _faultAfterFrames = options.Health.FaultAfterFrames;
        _started = _lastFrame = time.GetTimestamp();
        _silentSince = time.GetUtcNow();
    }

    /// <summary>What grades the frames now. The pipeline disposes those that it replaces; the last one is left to whoever made the pipeline.</summary>
    public SeverityModel Model => Volatile.Read(ref _model);

    private void TakeOverWaitingModel()
    {
        if (_watch?.Take() is not { } next) return;
        PublishClip();
        SeverityModel old = _model;
        Use(next);
        old.Dispose();
        _failedInARow = 0;
        _sink.Model(next.InUse);
    }

    /// <summary>A model, its thresholds, and an empty clip and fresh smoothing on its scale.</summary>
    [MemberNotNull(nameof(_model), nameof(_aggregator))]
    private void Use(SeverityModel model)
    {
        Volatile.Write(ref _model, model);
        _blackMean = model.Description.Gate.BlackMean;
        _freeze = null;
        _aggregator = new Aggregator(
            model.InUse.Scheme, model.Description.Gate.MinConfidence, _aggregate, wholeFeedIsOneClip: !_feed.IsLive, _bestGuess)
        {
            MinQuality = model.Description.Gate.MinQuality ?? 0,
        };
    }

    /// <summary>Says that no frame comes, again and again: a consumer must never take the last score for the present one.</summary>
    private void TellSilence()
    {
        // A clip that has its length is due, even if no frame comes that would end it.
        if (_feed.IsLive && _aggregator.ClipEndsBefore(startsClip: false, _time.GetElapsedTime(_started))) PublishClip();
        string? trouble = _feed.Trouble;
        TimeSpan stall = UsualStall > StallFrames * _feed.FrameInterval ? UsualStall : StallFrames * _feed.FrameInterval;
        if (!_anyFrame) _sink.Silence(trouble is null ? FrameState.Starting : FrameState.NoSignal, _silentSince, trouble);
        else if (_time.GetElapsedTime(_lastFrame) >= stall) _sink.Silence(FrameState.NoSignal, _silentSince, trouble);
    }

    [MemberNotNull(nameof(_preprocessor))]
    private void NoteArrival(CapturedFrame frame)
    {
        _preprocessor ??= Preprocessor.For(_preprocess, _feed);
        _feedTime = FeedTimeOf(frame);
        (_anyFrame, _lastFrame, _silentSince) = (true, frame.Timestamp, frame.CapturedAt);
    }

    /// <summary>Whether the picture stands still. A model without thresholds for that has no frozen pictures.</summary>
    private bool IsFrozen(ReadOnlySpan<byte> picture)
    {
        if (_model.Description.Gate is not { FrozenAfter: { } after, FrozenDifference: { } difference }) return false;
        _freeze ??= new FreezeDetector(TimeSpan.FromSeconds(after), difference, _preprocessor!.Width, _preprocessor.Height);
        return _freeze.IsFrozen(picture, _feedTime);
    }

    /// <summary>Presentation time where it can be trusted (a file; without one, a frame's interval after the last), the monotonic clock for a live feed.</summary>
    private TimeSpan FeedTimeOf(CapturedFrame frame)
    {
        if (_feed.IsLive) return _time.GetElapsedTime(_started, frame.Timestamp);
        return frame.Pts ?? (_anyFrame ? _feedTime + _feed.FrameInterval : TimeSpan.Zero);
    }

    private void ThrowIfModelFaulted(in FrameReading reading)
    {
        // Only an answer shows that the model works: a black or damaged picture never reached it.
        if (reading.State is FrameState.Live or FrameState.LowConfidence or FrameState.Ood) _failedInARow = 0;
        else if (reading.State == FrameState.Failed) _failedInARow++;
        if (_failedInARow < _faultAfterFrames) return;
        _sink.Silence(FrameState.Failed, reading.CapturedAt, cause: null);
        throw new ModelException(
            ModelFailure.Faulted,
            string.Create(CultureInfo.InvariantCulture, $"the model {_model.InUse.Reference} failed on {_failedInARow} frames in a row (Health:FaultAfterFrames): the first failure is in the log. Check the model and the provider {_model.InUse.Provider}."));
    }

    private void PublishClip()
    {
        if (_aggregator.CloseClip() is { } clip) _sink.Clip(clip);
    }
}
