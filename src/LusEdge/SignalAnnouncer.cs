using LusEdge.Capture;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Metering;
using LusEdge.Results;
using LusEdge.Signal;

namespace LusEdge;

/// <summary>
/// Says that no frame comes, or that the pipeline hangs: ten times per second, on a thread that touches neither the model, nor the disk, nor
/// the network. A listener must never take the last score for the present one, so this may not depend on anything that can hang.
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
    private DateTimeOffset _since;
    private long? _staleAt;
    private volatile string? _fault;

    /// <summary>Begins to watch.</summary>
    /// <param name="feed">Tells when the newest frame was captured.</param>
    /// <param name="meter">Tells whether the pipeline's loop goes round.</param>
    /// <param name="sink">Told the state while no verdict comes.</param>
    /// <param name="board">Told the same as a condition.</param>
    /// <param name="time">The clock.</param>
    public SignalAnnouncer(VideoFeed feed, PipelineMeter meter, IReadingSink sink, HealthBoard board, TimeProvider time)
    {
        _feed = feed;
        _meter = meter;
        _sink = sink;
        _board = board;
        _time = time;
        _since = time.GetUtcNow();
        _thread = new Thread(Run) { Name = "announcer", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>The state of the signal now: of the last verdict, or what is said while none comes.</summary>
    public FrameState State => SignalJudge.OfFeed(Facts()) ?? _meter.Progress.State;

    /// <summary>Grading has stopped for good: says so at once, and from now on.</summary>
    /// <param name="why">A sentence without credentials.</param>
    public void ReportStopped(string why)
    {
        _fault = why;
        _sink.Announce(new Announcement(FrameState.Failed, _time.GetUtcNow(), why));
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
            FrameState.Stale => "Grading takes too long.",
            _ => _fault,
        };
        bool isNew = state != _announced || cause != _cause;
        if (state != _announced) _since = _time.GetUtcNow() - (state == FrameState.Stale ? facts.Busy : facts.Silence);
        (_announced, _cause) = (state, cause);
        if (state is { } said) _sink.Announce(new Announcement(said, _since, cause));
        if (isNew) _board.Set(HealthCode.NoSignal, state == FrameState.NoSignal ? $"No frame is coming: {cause ?? "check the scanner and its cable."}" : null);
        UpdateStale(state ?? _meter.Progress.State);
        _board.Set(
            HealthCode.ModeChanged,
            state is null && _meter.Progress.State == FrameState.ModeChanged
                ? "The picture has another size than the sector was set for. Switch the scanner back, or set Capture:Geometry and Capture:Sector for this mode."
                : null);
    }

    /// <summary>A pipeline that is too slow for every frame goes in and out of being busy: the condition holds until none was stale for a while.</summary>
    private void UpdateStale(FrameState state)
    {
        if (state == FrameState.Stale) _staleAt = _time.GetTimestamp();
        bool holds = _staleAt is { } at && _time.GetElapsedTime(at) < StaleHold;
        if (!holds) _staleAt = null;
        _board.Set(
            HealthCode.Stale, holds ? "Grading takes too long to give a score in time. Check the provider, and what else runs on the box." : null);
    }

    private FeedFacts Facts()
    {
        long? newest = _feed.Rhythm.Newest;
        return new FeedFacts
        {
            HasSentFrames = newest is not null,
            HasError = _feed.LastError is not null,
            Silence = newest is { } at ? _time.GetElapsedTime(at) : TimeSpan.Zero,
            FrameInterval = _feed.Rhythm.Interval ?? _feed.Description?.FrameInterval ?? TimeSpan.Zero,
            Busy = _meter.Progress.Busy,
            HasStopped = _fault is not null,
        };
    }
}
