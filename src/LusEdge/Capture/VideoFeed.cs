using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Metering;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// A video feed: whatever FFmpeg opens, as gray frames of the ultrasound sector. A thread of its own reads, so that a backlog never
/// hides in the operating system's buffers; <see cref="Take"/> hands out what it read.
/// <code>
/// source -> demux -> decode -> damage latch -> crop, gray -> [pace] -> hand-off -> Take
///             ^                                                           |
///             +-- reopened when a live feed is lost                       +-- live: the newest frame; file: every frame
/// </code>
/// A file is opened with <see cref="Open"/>, which says at once what is wrong with it. A live feed may come up later than the program
/// and be lost at any time: started without being opened, the reader opens it as often as it takes, and <see cref="LastError"/> says why
/// there is no picture meanwhile.
/// </summary>
/// <remarks>Every picture that the decoder hands out is captured in the ledger; what the hand-off lets go is dropped there with its reason.</remarks>
public sealed partial class VideoFeed : IDisposable
{
    /// <summary>How long a stop waits for the reader, unless it is told: it sees the stop within a tenth of a second unless the system holds it.</summary>
    private static readonly TimeSpan ReaderEndsWithin = TimeSpan.FromSeconds(1);

    /// <summary>A device that was asked for 30 frames a second and gives 29.97 does what it was asked.</summary>
    private const double RateTolerance = 0.01;

    private readonly CaptureOptions _options;
    private readonly FrameLedger _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FFmpegLines _ffmpegLines;
    private readonly SourceAddress _source;
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
    private bool _isLeftBehind;

    /// <summary>A feed that is not open yet.</summary>
    /// <param name="options">The source, and what of its picture is wanted.</param>
    /// <param name="ledger">Where every frame is accounted for.</param>
    /// <param name="time">Capture times, pacing and waits between attempts.</param>
    /// <param name="logger">Openings, losses, and FFmpeg's own lines.</param>
    public VideoFeed(CaptureOptions options, FrameLedger ledger, TimeProvider time, ILogger<VideoFeed> logger)
    {
        _options = options;
        _ledger = ledger;
        _time = time;
        _logger = logger;
        _ffmpegLines = new FFmpegLines(time, logger);
        _source = SourceAddress.Parse(options.Source);
        _reopenDelay = new ReopenDelay(_source.LongestReopenDelay, Random.Shared.NextDouble);
        IsLive = _source.IsLive || options.Pace == Pace.Realtime;
        _pool = new FramePool(ledger);
        _handoff = IsLive ? FrameHandoff.Newest(ledger) : FrameHandoff.All(ledger);
        _pause = new Pause(time);
        Rhythm = new FrameRhythm(time);
        _pacer = options.Pace == Pace.Realtime && !_source.IsLive ? new Pacer(time, _pause) : null;
    }

    /// <summary>Whether frames come in real time, so that the newest matters and the others are dropped when there is no time for them.</summary>
    public bool IsLive { get; }

    /// <summary>Whether the source may come up later and, once lost, come back: a device, or the network.</summary>
    public bool MayComeBack => _source.MayComeBack;

    /// <summary>What the feed is; null until it has been open once.</summary>
    public FeedDescription? Description => _description;

    /// <summary>When the newest frame was captured, and how far apart frames are.</summary>
    public FrameRhythm Rhythm { get; }

    /// <summary>False while a feed is not there yet or lost, and when it is over.</summary>
    public bool IsConnected => _connected;

    /// <summary>Why there is no picture, a sentence without credentials; null while connected, and before the first attempt has failed.</summary>
    public string? LastError => _lastError;

    /// <summary>How the feed ended; valid once <see cref="Take"/> has answered <see cref="TakeResult.Ended"/>.</summary>
    public FeedEnd End => _end;

    /// <summary>The source as configured, for messages and reports: credentials masked.</summary>
    public string Name => _source.Name;

    /// <summary>Told of each decoded picture on the reading thread, before it is cropped and made gray; may keep nothing of it. Null for nobody.</summary>
    internal Action<Picture, CapturedFrame>? Inspect { get; init; }

    /// <summary>Opens the source and decodes its first picture: what is wrong with it shows here and not later.</summary>
    /// <exception cref="CaptureException">It can't be opened, is no video, or the options don't fit it.</exception>
    public void Open()
    {
        if (_connection is not null) throw new InvalidOperationException("The feed is open.");
        Prepare();
        FFmpegLog.Attach(_ffmpegLines.Take, _ffmpegLines.Finest);
        try
        {
            _first = Connect();
        }
        finally
        {
            FFmpegLog.Detach();
        }
    }

    /// <summary>Starts reading. <see cref="Open"/> comes first, or, for a source that <see cref="MayComeBack"/>, never.</summary>
    /// <exception cref="CaptureException">Something is wrong that shows without the source: with the options, or with FFmpeg.</exception>
    public void Start()
    {
        if (_reader is not null || (_first is null && !MayComeBack)) throw new InvalidOperationException("Start comes once, and for what can't come later after Open.");
        Prepare();
        _reader = new Thread(Run) { Name = "capture", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Waits for a frame. One thread takes.</summary>
    /// <param name="patience">At most this long.</param>
    /// <param name="frame">The caller's to dispose; null without one.</param>
    public TakeResult Take(TimeSpan patience, out CapturedFrame? frame) => _handoff.Take(patience, out frame);

    /// <summary>Stops reading and drops what was not taken. Returns once the reader has ended; may be called from any thread, and again.</summary>
    /// <param name="within">How long to wait for the reader; a second if not given.</param>
    public void Stop(TimeSpan? within = null)
    {
        _stopping = true;
        _deadline?.Cancel();
        _pause.Stop();
        _handoff.Close();
        if (_reader is not { } reader || reader.Join(within ?? ReaderEndsWithin) || _isLeftBehind) return;
        _isLeftBehind = true;
        _logger.ReaderStuck(_source.Name);
    }

    /// <summary>Stops and closes the source. A frame that is still out stays readable until it is disposed.</summary>
    public void Dispose()
    {
        Stop(_isLeftBehind ? TimeSpan.Zero : null);

        // A reader that the system holds still uses all this: it is left to the end of the process.
        if (_reader is { IsAlive: true }) return;
        if (_first is { } first) Drop(first);
        _first = null;
        _connection?.Dispose();
        _connection = null;
        _connected = false;
        _pool.Dispose();
        _pause.Dispose();
        _deadline?.Dispose();
    }

    /// <summary>What can be done, and refused, without the source.</summary>
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
