using LusEdge.FFmpeg;
using LusEdge.Health;
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
/// </summary>
/// <remarks>Every picture that the decoder hands out is captured in the ledger; what the hand-off lets go is dropped there with its reason.</remarks>
public sealed class VideoFeed : IDisposable
{
    /// <summary>How long a stop waits for the reader: it sees the stop within a tenth of a second unless the system holds it.</summary>
    private static readonly TimeSpan ReaderEndsWithin = TimeSpan.FromSeconds(1);

    /// <summary>For sources that declare no rate.</summary>
    private static readonly TimeSpan UsualInterval = TimeSpan.FromMilliseconds(40);

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
    private readonly ReopenDelay _reopenDelay = new(Random.Shared.NextDouble);
    private ReadDeadline? _deadline;
    private Connection? _connection;
    private CapturedFrame? _first;
    private CapturedFrame? _spare;
    private Thread? _reader;
    private Sector? _sector;
    private long _frames;
    private bool _startsClip = true;
    private FeedEnd _end;
    private volatile bool _connected;
    private volatile bool _stopping;

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
        IsLive = _source.IsLive || options.Pace == Pace.Realtime;
        _pool = new FramePool(ledger);
        _handoff = IsLive ? FrameHandoff.Newest(ledger) : FrameHandoff.All(ledger);
        _pause = new Pause(time);
        _pacer = options.Pace == Pace.Realtime && !_source.IsLive ? new Pacer(time, _pause) : null;
    }

    /// <summary>Whether frames come in real time, so that the newest matters and the others are dropped when there is no time for them.</summary>
    public bool IsLive { get; }

    /// <summary>False while a lost feed is being opened anew, and when it is over.</summary>
    public bool IsConnected => _connected;

    /// <summary>How the feed ended; valid once <see cref="Take"/> has answered <see cref="TakeResult.Ended"/>.</summary>
    public FeedEnd End => _end;

    /// <summary>The source as configured, for messages and reports: credentials masked.</summary>
    public string Name => _source.Name;

    /// <summary>FFmpeg's name of the container, protocol or device, for instance <c>mpegts</c>. Valid once open.</summary>
    public string Format { get; private set; } = "unknown";

    /// <summary>Time from frame to frame as the source declares it, null where it doesn't. Valid once open.</summary>
    public TimeSpan? DeclaredInterval { get; private set; }

    /// <summary>Time from frame to frame as the source declares it; 40 ms where it doesn't. Valid once open.</summary>
    public TimeSpan FrameInterval { get; private set; } = UsualInterval;

    /// <summary>The source picture's size that the sector is meant for: configured, or that of the first picture. Valid once open.</summary>
    public PictureSize Geometry { get; private set; }

    /// <summary>Width of the frames' pictures, after the crop, in pixels. Valid once open.</summary>
    public int Width => _sector?.Width ?? Geometry.Width;

    /// <summary>Height of the frames' pictures, after the crop, in pixels. Valid once open.</summary>
    public int Height => _sector?.Height ?? Geometry.Height;

    /// <summary>FFmpeg's name of the codec, for instance <c>h264</c>. Valid once open.</summary>
    public string Codec { get; private set; } = "unknown";

    /// <summary>FFmpeg's name of the source's pixel format, for instance <c>yuv420p</c>. Valid once open.</summary>
    public string PixelFormat { get; private set; } = "unknown";

    /// <summary>Told of each decoded picture on the reading thread, before it is cropped and made gray; may keep nothing of it. Null for nobody.</summary>
    internal Action<Picture, CapturedFrame>? Inspect { get; init; }

    /// <summary>Opens the source and decodes its first picture: what is wrong with it shows here and not later.</summary>
    /// <exception cref="CaptureException">It can't be opened, is no video, or the options don't fit it.</exception>
    public void Open()
    {
        if (_connection is not null) throw new InvalidOperationException("The feed is open.");
        LoadFFmpeg();
        _sector = ParseSector(_options.Sector);
        PictureSize? geometry = ParseGeometry(_options.Geometry);
        FFmpegLog.Attach(_ffmpegLines.Take, _ffmpegLines.Finest);
        try
        {
            _deadline ??= new ReadDeadline();
            _connection = Connect();
            _first = ReadFirst(_connection);
            Geometry = geometry ?? _first.SourceSize;
            if (_sector is { } sector && !sector.Fits(Geometry))
            {
                throw new CaptureException(
                    CaptureFailure.InvalidSector, $"Capture:Sector: {sector} does not lie within the picture of {Geometry}; give x,y,w,h with x+w and y+h within it.");
            }

            Format = _connection.Format;
            Codec = _connection.Codec;
            PixelFormat = _connection.PixelFormat;
            DeclaredInterval = _connection.FrameInterval;
            FrameInterval = DeclaredInterval ?? UsualInterval;
            _connected = true;
            _logger.Opened(_source.Name, _connection.Format, Codec, _first.SourceSize, PixelFormat, 1 / FrameInterval.TotalSeconds, FFmpegLibraries.Version);
        }
        finally
        {
            FFmpegLog.Detach();
        }
    }

    /// <summary>Starts reading. <see cref="Open"/> comes first.</summary>
    public void Start()
    {
        if (_connection is null || _reader is not null) throw new InvalidOperationException("Start comes once, after Open.");
        _reader = new Thread(Run) { Name = "capture", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Waits for a frame. One thread takes.</summary>
    /// <param name="patience">At most this long.</param>
    /// <param name="frame">The caller's to dispose; null without one.</param>
    public TakeResult Take(TimeSpan patience, out CapturedFrame? frame) => _handoff.Take(patience, out frame);

    /// <summary>Stops reading and drops what was not taken. Returns once the reader has ended; may be called from any thread, and again.</summary>
    public void Stop()
    {
        _stopping = true;
        _deadline?.Cancel();
        _pause.Stop();
        _handoff.Close();
        if (_reader is { } reader && !reader.Join(ReaderEndsWithin)) _logger.ReaderStuck(_source.Name);
    }

    /// <summary>Stops and closes the source. A frame that is still out stays readable until it is disposed.</summary>
    public void Dispose()
    {
        Stop();

        // A reader that the system holds still uses all this: it is left to the end of the process.
        if (_reader is { IsAlive: true }) return;
        if (_first is { } first) Drop(first);
        _first = null;
        if (_spare is { } spare) _pool.Return(spare);
        _spare = null;
        _connection?.Dispose();
        _connection = null;
        _connected = false;
        _pool.Dispose();
        _pause.Dispose();
        _deadline?.Dispose();
    }

    private static void LoadFFmpeg()
    {
        try
        {
            FFmpegLibraries.Load();
        }
        catch (FFmpegException e)
        {
            throw new CaptureException(CaptureFailure.FFmpegUnavailable, e.Message, e);
        }
    }

    private static Sector? ParseSector(string text)
    {
        if (text == "none") return null;
        return Sector.TryParse(text, out Sector sector)
            ? sector
            : throw new CaptureException(CaptureFailure.InvalidSector, $"Capture:Sector: \"{text}\" is neither none nor x,y,w,h in pixels, w and h above 0.");
    }

    private static PictureSize? ParseGeometry(string? text)
    {
        if (text is null) return null;
        return PictureSize.TryParse(text, out PictureSize size)
            ? size
            : throw new CaptureException(CaptureFailure.InvalidOption, $"Capture:Geometry: \"{text}\" is not WxH in pixels, for instance 1280x1024.");
    }

    private Connection Connect()
    {
        Connection connection = Connection.Open(_source, _options, _sector, _deadline!, _pause, _time, _logger);
        connection.Inspect = Inspect;
        return connection;
    }

    private CapturedFrame ReadFirst(Connection connection)
    {
        CapturedFrame frame = _pool.Rent();
        switch (connection.Read(frame))
        {
            case ReadStatus.Picture:
                Number(frame);
                return frame;
            case ReadStatus.Broken when connection.Broken == AvResult.Interrupted:
                _pool.Return(frame);
                throw new CaptureException(
                    CaptureFailure.Unreachable, $"{_source.Name} sent no picture within {_options.OpenTimeout.TotalSeconds:0.#} s; check that it is on and sends.");
            default:
                _pool.Return(frame);
                string words = FFmpegLog.LastError is null && connection.Broken.IsOk ? "" : $" ({OpenFailure.Words(connection.Broken.IsOk ? AvResult.InvalidData : connection.Broken)})";
                throw new CaptureException(CaptureFailure.NotVideo, $"{_source.Name} holds no picture that can be decoded; check that it plays with `ffplay`{words}.");
        }
    }

    private void Number(CapturedFrame frame)
    {
        frame.Number = _frames++;
        frame.StartsClip = _startsClip;
        _startsClip = false;
    }

    private void Run()
    {
        FFmpegLog.Attach(_ffmpegLines.Take, _ffmpegLines.Finest);
        try
        {
            Read();
        }
        catch (Exception e) // The top of the reader's loop: whatever it is, the pipeline must learn that no frame will come.
        {
            _logger.ReaderFailed(e, _source.Name);
            _end = new FeedEnd($"reading failed by a fault of the program: {e.Message}");
        }
        finally
        {
            _connected = false;
            _handoff.Complete();
            FFmpegLog.Detach();
        }
    }

    private void Read()
    {
        CapturedFrame first = _first!;
        _first = null;
        if (!HandOver(first)) return;
        _spare = _pool.Rent();
        while (!_stopping)
        {
            ReadStatus status = _connection!.Read(_spare);
            if (status == ReadStatus.Picture)
            {
                CapturedFrame frame = _spare;
                _spare = null;
                Number(frame);
                if (!_connected) NoteReturn();
                if (!HandOver(frame)) return;
                _spare = _pool.Rent();
            }
            else if (_stopping || !GoOn(status))
            {
                return;
            }
        }
    }

    private bool HandOver(CapturedFrame frame)
    {
        if (_pacer is not null)
        {
            if (!_pacer.WaitFor(frame.Pts, frame.StartsClip, FrameInterval))
            {
                Drop(frame);
                return false;
            }

            // To what comes after, a paced frame is captured when a scanner would have sent it.
            frame.CapturedAt += _time.GetElapsedTime(frame.Timestamp);
            frame.Timestamp = _time.GetTimestamp();
        }

        return _handoff.Put(frame);
    }

    /// <summary>The source is at an end of some kind.</summary>
    /// <returns>Whether there is more to read.</returns>
    private bool GoOn(ReadStatus status)
    {
        if (_source.MayComeBack) return Reopen(status == ReadStatus.End ? "it ended" : OpenFailure.Words(_connection!.Broken));
        if (status == ReadStatus.Broken)
        {
            string what = _connection!.Broken == AvResult.Interrupted ? "reading stalled" : "the video is damaged or cut short here";
            _end = new FeedEnd($"{what}, after {_frames} frames ({OpenFailure.Words(_connection.Broken)}).");
            _logger.BrokeOff(_source.Name, _frames, _end.Error!);
            return false;
        }

        if (_options.Loop) return Rewind();
        _logger.Ended(_source.Name, _frames);
        return false;
    }

    /// <summary>A file begins anew: by opening it again, because not every format can be wound back.</summary>
    private bool Rewind()
    {
        try
        {
            _connection!.Dispose();
            _connection = Connect();
            _startsClip = true;
            return true;
        }
        catch (CaptureException e)
        {
            _end = new FeedEnd($"the loop ended after {_frames} frames: {e.Message}");
            _logger.BrokeOff(_source.Name, _frames, _end.Error!);
            return false;
        }
    }

    /// <summary>Opens a lost feed anew, for as long as it takes.</summary>
    private bool Reopen(string reason)
    {
        // A feed that opens and gives no picture is as lost as before, and the waits go on growing.
        if (_connected) _logger.Lost(_source.Name, reason);
        _connected = false;
        _connection!.Dispose();
        while (true)
        {
            TimeSpan delay = _reopenDelay.Next();
            if (!_pause.For(delay)) return false;
            try
            {
                _connection = Connect();
                _startsClip = true;
                return true;
            }
            catch (CaptureException e)
            {
                _logger.NotBackYet(_source.Name, delay, e.Message);
            }
        }
    }

    private void NoteReturn()
    {
        _connected = true;
        _reopenDelay.Reset();
        _logger.Back(_source.Name);
    }

    private void Drop(CapturedFrame frame)
    {
        _ledger.Dropped(DropReason.Stopping);
        frame.Dispose();
    }
}
