using LusEdge.Capture;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Judge;
using LusEdge.Metering;
using LusEdge.Results;

namespace LusEdge;

/// <summary>
/// Announces that no frame comes or that the pipeline hangs: ten times per second, on a thread that touches neither the model,
/// the disk nor the network. A listener must never mistake the last score for the current one, so this must not depend on
/// anything that can hang.
/// </summary>
public sealed class SignalAnnouncer : IDisposable
{
    /// <summary>A fraction of the second within which a stall is announced.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan StaleHold = TimeSpan.FromSeconds(5);

    private readonly VideoFeed _feed;
    private readonly PipelineMeter _meter;
    private readonly IReadingSink _sink;
    private readonly HealthBoard _board;
    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Thread _thread;
    private FrameState? _announced;
    private string? _cause;
    private long _since;
    private long? _staleAt;
    private volatile string? _fault;

    /// <summary>Starts watching.</summary>
    /// <param name="feed">Knows when the newest frame was captured.</param>
    /// <param name="meter">Knows whether the pipeline's loop is alive.</param>
    /// <param name="sink">Gets the state while no verdict comes.</param>
    /// <param name="board">Gets the same as a condition.</param>
    /// <param name="time">The clock.</param>
    public SignalAnnouncer(VideoFeed feed, PipelineMeter meter, IReadingSink sink, HealthBoard board, TimeProvider time)
    {
        _feed = feed;
        _meter = meter;
        _sink = sink;
        _board = board;
        _time = time;
        _since = time.GetTimestamp();
        _thread = new Thread(Run) { Name = "announcer", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>The state of the signal now: that of the last verdict, or the one announced while none comes.</summary>
    public FrameState State => SignalJudge.OfFeed(Facts()) ?? _meter.Progress.State;

    /// <summary>Announces, at once and from now on, that grading has stopped for good.</summary>
    /// <param name="why">A sentence without credentials.</param>
    public void ReportStopped(string why)
    {
        _fault = why;
        _sink.Announce(new Announcement(FrameState.Failed, _time.GetTimestamp(), why));
        _board.Raise(HealthCode.PipelineFailed, $"Grading has stopped: {why}");
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _stopping.Set();
        _thread.Join();
        _stopping.Dispose();
    }

    private void Run()
    {
        do Check();
        while (!_stopping.Wait(Period));
    }

    private void Check()
    {
        FeedFacts facts = Facts();
        FrameState? state = SignalJudge.OfFeed(facts);
        string? cause = state switch
        {
            FrameState.NoSignal => _feed.LastError,
            FrameState.Stale => facts.IsBehind ? "Frames arrive too late to be graded." : "Grading takes too long.",
            _ => _fault,
        };
        bool isNew = state != _announced || cause != _cause;
        bool isBusy = state == FrameState.Stale && !facts.IsBehind;
        if (state != _announced) _since = TimestampBefore(isBusy ? facts.Busy : facts.Silence);
        (_announced, _cause) = (state, cause);
        if (state is { } said) _sink.Announce(new Announcement(said, _since, cause));
        if (isNew)
        {
            _board.Set(
                HealthCode.NoSignal,
                state == FrameState.NoSignal ? $"No frame is coming: {cause ?? "check the scanner and its cable."}" : null);
        }

        UpdateStale(state ?? _meter.Progress.State);
        _board.Set(
            HealthCode.ModeChanged,
            state is null && _meter.Progress.State == FrameState.ModeChanged
                ? "The picture's size is not the one that the sector was set for. "
                    + "Switch the scanner back, or set Capture:Geometry and Capture:Sector for this mode."
                : null);
    }

    /// <summary>
    /// A pipeline that is too slow for every frame goes stale and recovers in turn, so the condition holds until nothing was
    /// stale for a while.
    /// </summary>
    private void UpdateStale(FrameState state)
    {
        if (state == FrameState.Stale) _staleAt = _time.GetTimestamp();
        bool holds = _staleAt is { } at && _time.GetElapsedTime(at) < StaleHold;
        if (!holds) _staleAt = null;
        _board.Set(
            HealthCode.Stale,
            holds ? "Grading takes too long to give a score in time. Check the provider, and what else runs on the box." : null);
    }

    private long TimestampBefore(TimeSpan ago) =>
        _time.GetTimestamp() - (ago.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond);

    private FeedFacts Facts()
    {
        long? newest = _feed.Rhythm.Newest;
        TimeSpan interval = _feed.Rhythm.Interval ?? _feed.Description?.FrameInterval ?? TimeSpan.Zero;
        TimeSpan? sinceDiscarded = _feed.Rhythm.Discarded is { } at ? _time.GetElapsedTime(at) : null;
        return new FeedFacts
        {
            HasSentFrames = newest is not null,
            HasError = _feed.LastError is not null,
            IsBehind = sinceDiscarded < SignalJudge.StallAfter(interval),
            Silence = newest is { } captured ? _time.GetElapsedTime(captured) : TimeSpan.Zero,
            FrameInterval = interval,
            Busy = _meter.Progress.Busy,
            HasStopped = _fault is not null,
        };
    }
}
