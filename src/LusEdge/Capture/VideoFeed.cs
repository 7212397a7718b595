using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Metering;
using LusEdge.Secrets;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// A video feed: anything FFmpeg can open, as gray frames of the ultrasound sector. A dedicated thread reads, so that a backlog
/// never hides in the operating system's buffers; <see cref="Take"/> returns what it read.
/// <code>
/// source -> demux -> decode -> damage latch -> crop, gray -> [pace] -> hand-off -> Take
///             ^                                                           |
///             +-- reopened when a live feed is lost                       +-- live: the newest frame; file: every frame
/// </code>
/// Open a file with <see cref="Open"/>, which fails at once if something is wrong with it. A live feed can come up later than the
/// program and be lost at any time: just start it. The reader opens it as often as needed, and <see cref="LastError"/> says why
/// there is no picture meanwhile.
/// </summary>
/// <remarks>
/// The ledger counts every decoded picture as captured, and every frame that the hand-off drops, with the reason.
/// </remarks>
public sealed partial class VideoFeed : IDisposable
{
    /// <summary>
    /// How long a stop waits for the reader by default. The reader notices within a tenth of a second unless a system call blocks
    /// it.
    /// </summary>
    private static readonly TimeSpan ReaderEndsWithin = TimeSpan.FromSeconds(1);

    /// <summary>A device that delivers 29.97 frames per second satisfies a request for 30.</summary>
    private const double RateTolerance = 0.01;

    /// <summary>A picture that was sent longer ago says nothing about the patient now.</summary>
    private static readonly TimeSpan MinBacklog = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A feed of few frames per second has a backlog when a picture can be older than this many frame intervals: the demuxer, the
    /// parser and the decoder can each hold a picture back for one, and <see cref="BacklogWatch"/> allows for two more.
    /// </summary>
    private const int HeldFrames = 6;

    /// <summary>
    /// A scanner shows its boot screen, or another mode, in another picture size. One that lasts for this long is where it works.
    /// </summary>
    private static readonly TimeSpan SizeSettlesAfter = TimeSpan.FromSeconds(10);

    private readonly CaptureOptions _options;
    private readonly FrameLedger _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FFmpegLines _ffmpegLines;
    private readonly SourceAddress _source;
    private readonly SecretMask _mask;
    private readonly FramePool _pool;
    private readonly FrameHandoff _handoff;
    private readonly Pause _pause;
    private readonly Pacer? _pacer;
    private readonly ReopenDelay _reopenDelay;
    private ReadDeadline? _deadline;
    private Connection? _connection;
    private CapturedFrame? _first;
    private Thread? _reader;
    private long _frames;
    private bool _startsClip = true;
    private FeedEnd _end;
    private volatile FeedDescription? _description;
    private volatile bool _connected;
    private volatile string? _lastError;
    private volatile bool _stopping;
    private bool _isAbandoned;
    private long _discarded;
    private bool _discardedStart;
    private PictureSize _otherSize;
    private long _otherSince;

    /// <summary>Creates a feed that is not open yet.</summary>
    /// <param name="options">The source, and which part of its picture to read.</param>
    /// <param name="ledger">Accounts for every frame.</param>
    /// <param name="time">For capture times, pacing and waits between attempts.</param>
    /// <param name="logger">For openings, losses and FFmpeg's own lines.</param>
    public VideoFeed(CaptureOptions options, FrameLedger ledger, TimeProvider time, ILogger<VideoFeed> logger)
    {
        _options = options;
        _ledger = ledger;
        _time = time;
        _logger = logger;
        _ffmpegLines = new FFmpegLines(time, logger);
        _source = SourceAddress.Parse(options.Source);
        _mask = SecretMask.OfSource(options.Source, options.Options);
        _reopenDelay = new ReopenDelay(_source.LongestReopenDelay, Random.Shared.NextDouble);
        IsLive = _source.IsLive || options.Pace == Pace.Realtime;
        _pool = new FramePool(ledger);
        _handoff = IsLive ? FrameHandoff.Newest(ledger) : FrameHandoff.All(ledger);
        _pause = new Pause(time);
        Rhythm = new FrameRhythm(time);
        _pacer = options.Pace == Pace.Realtime && !_source.IsLive ? new Pacer(time, _pause) : null;
    }

    /// <summary>Whether frames come in real time, so that only the newest matters and others are dropped under load.</summary>
    public bool IsLive { get; }

    /// <summary>Whether the source can come up later and, once lost, come back: a device or the network.</summary>
    public bool CanComeBack => _source.CanComeBack;

    /// <summary>
    /// Whether a live feed's geometry follows the picture size that lasts instead of keeping the first one, because a box can
    /// start while the scanner shows something else. For feeds without a configured geometry.
    /// </summary>
    public bool FollowsSize { get; init; }

    /// <summary>The feed's properties; null until it has been open once.</summary>
    public FeedDescription? Description => _description;

    /// <summary>When the newest frame was captured, and the frame interval.</summary>
    public FrameRhythm Rhythm { get; }

    /// <summary>False while the feed is not up yet or lost, and after it has ended.</summary>
    public bool IsConnected => _connected;

    /// <summary>
    /// Why there is no picture, in a sentence without credentials. Null while connected and before the first attempt has failed.
    /// </summary>
    public string? LastError => _lastError;

    /// <summary>How the feed ended; valid once <see cref="Take"/> has returned <see cref="TakeResult.Ended"/>.</summary>
    public FeedEnd End => _end;

    /// <summary>The source for messages and reports: as configured, but of a URL only scheme, host and port.</summary>
    public string Name => _source.Name;

    /// <summary>
    /// Called on the reading thread with each decoded picture, before the crop and gray conversion; must not keep it.
    /// </summary>
    internal Action<Picture, CapturedFrame>? Inspect { get; init; }

    /// <summary>Opens the source and decodes its first picture, so that errors show here and not later.</summary>
    /// <exception cref="CaptureException">It can't be opened, is not a video, or the options don't fit it.</exception>
    public void Open()
    {
        if (_connection is not null) throw new InvalidOperationException("The feed is already open.");
        Prepare();
        FFmpegLog.Attach(_ffmpegLines.Take, _ffmpegLines.Finest, _mask.Mask);
        try
        {
            _first = Connect();
        }
        finally
        {
            FFmpegLog.Detach();
        }
    }

    /// <summary>Starts reading. Call <see cref="Open"/> first, unless the source <see cref="CanComeBack"/>.</summary>
    /// <exception cref="CaptureException">The options or FFmpeg are wrong in a way that shows without the source.</exception>
    public void Start()
    {
        if (_reader is not null || (_first is null && !CanComeBack))
        {
            throw new InvalidOperationException("Call Start once, and Open before it unless the source can come back.");
        }

        Prepare();
        _reader = new Thread(Run) { Name = "capture", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Waits for a frame. Call from one thread.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="frame">For the caller to dispose; null if there is none.</param>
    public TakeResult Take(TimeSpan timeout, out CapturedFrame? frame) => _handoff.Take(timeout, out frame);

    /// <summary>
    /// Stops reading and drops frames not taken yet. Returns once the reader has ended. Callable from any thread, repeatedly.
    /// </summary>
    /// <param name="within">How long to wait for the reader; one second by default.</param>
    public void Stop(TimeSpan? within = null)
    {
        _stopping = true;
        _deadline?.Cancel();
        _pause.Stop();
        _handoff.Close();
        if (_reader is not { } reader || reader.Join(within ?? ReaderEndsWithin) || _isAbandoned) return;
        _isAbandoned = true;
        _logger.ReaderStuck(_source.Name);
    }

    /// <summary>Stops and closes the source. A frame still in use stays readable until it is disposed.</summary>
    public void Dispose()
    {
        Stop(_isAbandoned ? TimeSpan.Zero : null);

        // A reader blocked in a system call still uses all this, so leave it until the process ends.
        if (_reader is { IsAlive: true }) return;
        if (_first is { } first) Drop(first, DropReason.Stopping);
        _first = null;
        _connection?.Dispose();
        _connection = null;
        _connected = false;
        _pool.Dispose();
        _pause.Dispose();
        _deadline?.Dispose();
    }

    /// <summary>Checks everything that can be checked without the source.</summary>
    private void Prepare()
    {
        try
        {
            FFmpegLibraries.Load();
        }
        catch (FFmpegException e)
        {
            throw new CaptureException(CaptureFailure.FFmpegUnavailable, e.Message, e);
        }

        _ = _source.OpenOptions(_options);
        _deadline ??= new ReadDeadline();
    }
}
