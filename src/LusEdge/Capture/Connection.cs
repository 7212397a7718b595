using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// A source from its opening to its end: demux, decode, crop, gray. One thread at a time; allocates nothing per frame.
/// </summary>
internal sealed class Connection : IDisposable
{
    private static readonly TimeSpan DeviceInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>A packet's stamp that is older is none: the kernel and FFmpeg keep no pictures for as long as this.</summary>
    private static readonly TimeSpan OldestStamp = TimeSpan.FromSeconds(10);

    private readonly SourceAddress _source;
    private readonly Demuxer _demuxer;
    private readonly Decoder _decoder;
    private readonly Packet _packet = new();
    private readonly Picture _decoded = new();
    private readonly Sector _sector;
    private readonly ReadDeadline _deadline;
    private readonly TimeSpan _firstPicture;
    private readonly TimeSpan _nextPicture;
    private readonly PictureSize? _askedSize;
    private readonly Pause _pause;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CaptureClock _clock;
    private PictureFilter? _filter;
    private PictureSize _size;
    private int _pixelFormat = -1;
    private DamageLatch _latch;
    private bool _wallClockStamps;
    private long? _packetPts;
    private long _readAt;
    private bool _lastPacketIsCut;
    private bool _draining;

    private Connection(
        Demuxer demuxer,
        Decoder decoder,
        SourceAddress source,
        CaptureOptions options,
        ReadDeadline deadline,
        Pause pause,
        TimeProvider time,
        ILogger logger)
    {
        _source = source;
        _demuxer = demuxer;
        _decoder = decoder;
        _sector = options.Sector;
        _firstPicture = options.OpenTimeout;
        _nextPicture = options.ReadTimeout;
        _askedSize = options.Size;
        _deadline = deadline;
        _pause = pause;
        _time = time;
        _logger = logger;
        _clock = new CaptureClock(time);

        // Only now: while the source was looked into, its own timestamps told its rate.
        _wallClockStamps = source.Kind == SourceKind.Network && decoder.KeepsOrder && demuxer.StampWithWallClock(true);
    }

    /// <summary>FFmpeg's name of the container, protocol or device.</summary>
    public string Format => _demuxer.Format;

    /// <summary>FFmpeg's name of the codec.</summary>
    public string Codec => _demuxer.Codec;

    /// <summary>FFmpeg's name of the last picture's pixel format.</summary>
    public string PixelFormat { get; private set; } = "unknown";

    /// <summary>Time from frame to frame as the source declares it, null if it doesn't.</summary>
    public TimeSpan? FrameInterval
    {
        get
        {
            const int Fastest = 1000;
            Rational rate = _demuxer.FrameRate;
            return rate.IsPositive && rate.Num <= (long)Fastest * rate.Den ? TimeSpan.FromSeconds((double)rate.Den / rate.Num) : null;
        }
    }

    /// <summary>Told of each decoded picture before it is cropped and made gray; may keep nothing of it. Null for nobody.</summary>
    public Action<Picture, CapturedFrame>? Inspect { get; set; }

    /// <summary>What broke the source off, ok if nothing did.</summary>
    public AvResult Broken { get; private set; }

    /// <summary>Opens a source.</summary>
    /// <exception cref="CaptureException">It can't be opened, or is no video.</exception>
    public static Connection Open(
        SourceAddress source, CaptureOptions options, ReadDeadline deadline, Pause pause, TimeProvider time, ILogger logger)
    {
        if (source.Kind is SourceKind.File or SourceKind.Device) DemandFile(source);
        FFmpegLog.Forget();
        deadline.Arm(options.OpenTimeout);
        Demuxer? demuxer = null;
        try
        {
            int losses = FFmpegLog.Losses;
            demuxer = Demuxer.Open(source.Url, source.Format, source.OpenOptions(options), deadline);
            if (IsDrawnText(demuxer.Codec)) throw new CaptureException(CaptureFailure.NotVideo, $"{source.Name} is a text file; give a video.");
            var connection = new Connection(demuxer, Decoder.Open(demuxer), source, options, deadline, pause, time, logger);
            if (FFmpegLog.Losses != losses) connection.BeginAfterLoss();
            return connection;
        }
        catch (FFmpegException e)
        {
            demuxer?.Dispose();
            throw OpenFailure.From(source, e, options);
        }
        catch
        {
            demuxer?.Dispose();
            throw;
        }
    }

    /// <summary>Reads up to the next picture.</summary>
    /// <param name="frame">Not leased. Becomes a captured frame with a picture; stays as it was without.</param>
    /// <exception cref="CaptureException">The first picture is not of the size that the device was asked for.</exception>
    public ReadStatus Read(CapturedFrame frame)
    {
        // One deadline a picture, not a packet: a feed that sends what can't be decoded is lost, too.
        _deadline.Arm(_pixelFormat < 0 ? _firstPicture : _nextPicture);
        while (true)
        {
            int losses = FFmpegLog.Losses;
            AvResult received = _decoder.Receive(_decoded);
            if (FFmpegLog.Losses != losses) _latch.Damage();
            if (received.IsOk)
            {
                Deliver(frame);
                return ReadStatus.Picture;
            }

            if (received == AvResult.End || (received == AvResult.Again && _draining)) return Broken.IsOk ? ReadStatus.End : ReadStatus.Broken;
            if (received != AvResult.Again) _latch.Damage();
            else if (!Feed()) return ReadStatus.Broken;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The packet and the pictures before the source that they came from.
        _packet.Dispose();
        _decoded.Dispose();
        _filter?.Dispose();
        _decoder.Dispose();
        _demuxer.Dispose();
    }

    private static void DemandFile(SourceAddress source)
    {
        bool isDevice = source.Kind == SourceKind.Device;
        if (Directory.Exists(source.Path)) throw new CaptureException(CaptureFailure.NotFound, $"{source.Name} is a directory; give a video {(isDevice ? "device" : "file")}.");
        if (File.Exists(source.Path)) return;
        string advice = isDevice ? "check the cable, and see `ls /dev/v4l/by-id` for what is there" : "check the path";
        throw new CaptureException(CaptureFailure.NotFound, $"{source.Name} does not exist; {advice}.");
    }

    /// <summary>FFmpeg draws text files as pictures of a terminal; nobody means that here.</summary>
    private static bool IsDrawnText(string codec) => codec is "ansi" or "bintext" or "xbin" or "idf";

    /// <summary>Something did not arrive while the source was looked into, and which of the packets kept from then it would be missing in, nobody knows.</summary>
    private void BeginAfterLoss()
    {
        _ = _source.IsLive ? _demuxer.DropReadAhead() : _demuxer.Rewind();
        _latch.Loss();
    }

    /// <summary>Gives the decoder its next packet, or the end.</summary>
    /// <returns>False when the source broke off and nothing more is to be had of it.</returns>
    private bool Feed()
    {
        int losses = FFmpegLog.Losses;
        AvResult read = ReadPacket();
        if (FFmpegLog.Losses != losses) _latch.Loss();
        if (read.IsOk)
        {
            _readAt = Math.Max(_readAt, ReadAt(_packet.Pts));
            _packetPts = _packet.Pts;
            _lastPacketIsCut = _packet.IsCorrupt;
            _latch.Packet(_packet.IsKey, _packet.IsCorrupt, _packet.Pts);
            losses = FFmpegLog.Losses;
            AvResult sent = _decoder.Send(_packet);
            _packet.Clear();
            if (!sent.IsOk || FFmpegLog.Losses != losses) _latch.Damage();
            return true;
        }

        // A file that was cut off ends in a packet that is not all there, which FFmpeg takes for an ordinary end.
        if (read == AvResult.End && _lastPacketIsCut) read = AvResult.InvalidData;
        if (read != AvResult.End)
        {
            Broken = read;

            // What a decoder still holds of a file belongs to the file; of a lost live feed it would come late, under a wrong capture time.
            if (_source.IsLive) return false;
        }

        _draining = true;
        _decoder.SendEnd();
        return true;
    }

    private AvResult ReadPacket()
    {
        while (true)
        {
            AvResult read = _demuxer.Read(_packet);

            // A device that does not block has nothing yet.
            if (read != AvResult.Again) return read;
            if (!_pause.For(DeviceInterval)) return AvResult.Interrupted;
        }
    }

    /// <summary>
    /// When a packet was read, as a timestamp of the feed's clock. A device stamps its pictures with the monotonic clock, and FFmpeg what
    /// it reads off the network with the wall clock; both come before their arrival here, where a parser has waited for the next picture
    /// to begin. A stamp that makes no sense (another clock, or one that was just set) gives way to the time of arrival.
    /// </summary>
    private long ReadAt(long? pts)
    {
        long now = _time.GetTimestamp();
        if (pts is not { } at || !(_wallClockStamps || _source.Kind == SourceKind.Device) || !_demuxer.TimeBase.IsPositive) return now;
        TimeSpan clock = _wallClockStamps ? _time.GetUtcNow() - DateTimeOffset.UnixEpoch : _time.GetElapsedTime(0, now);
        TimeSpan age = clock - _demuxer.TimeBase.ToTimeSpan(at);
        return age > TimeSpan.Zero && age < OldestStamp ? now - (age.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond) : now;
    }

    private void Deliver(CapturedFrame frame)
    {
        long? pts = _decoded.Pts;
        if (_wallClockStamps && pts is not null && _packetPts is not null && pts != _packetPts)
        {
            // The sender has begun to send B-frames: stamps in the order of the packets say nothing of such pictures, and to the latch
            // an older picture would look newer than the key frame.
            _wallClockStamps = false;
            _demuxer.StampWithWallClock(false);
            _latch.Damage();
        }

        frame.Pts = pts is { } presented && _demuxer.TimeBase.IsPositive && !_wallClockStamps ? _demuxer.TimeBase.ToTimeSpan(presented) : null;
        frame.Timestamp = _readAt;
        frame.CapturedAt = _clock.At(_readAt);
        frame.IsDamaged = _latch.Picture(_decoded.IsFlaggedCorrupt, pts);
        var size = new PictureSize(_decoded.Width, _decoded.Height);
        if (_pixelFormat < 0) DemandAskedSize(size);
        frame.SourceSize = size;
        Inspect?.Invoke(_decoded, frame);
        if (size != _size || _decoded.PixelFormat != _pixelFormat) Rebuild(size);
        frame.CropFits = _sector.Fits(size);
        if (_filter is null || !_filter.Process(_decoded, frame.Gray).IsOk)
        {
            // Without a picture, and not because of its size: nothing better is known of it than that it is damaged.
            _decoded.Clear();
            frame.IsDamaged |= frame.CropFits;
        }

        frame.Lease();
    }

    /// <summary>A device takes the nearest size that it has, and says nothing.</summary>
    private void DemandAskedSize(PictureSize delivered)
    {
        if (_askedSize is not { } asked || asked == delivered) return;
        throw new CaptureException(
            CaptureFailure.OtherSize,
            $"{_source.Name} delivers {delivered} although {asked} was asked for (Capture:Size); set a size that it has (`v4l2-ctl -d {_source.Name} --list-formats-ext` lists them), or switch what is connected to it to {asked}.");
    }

    /// <summary>The chain is built for one size and format: others need another.</summary>
    private void Rebuild(PictureSize size)
    {
        if (_pixelFormat >= 0) _logger.PictureChanged(size, _decoded.PixelFormatName);
        _filter?.Dispose();
        _filter = null;
        _size = size;
        _pixelFormat = _decoded.PixelFormat;
        PixelFormat = _decoded.PixelFormatName;
        if (!_sector.Fits(size))
        {
            _logger.SectorDoesNotFit(_sector, size);
            return;
        }

        try
        {
            _filter = PictureFilter.Create(_sector.IsWhole ? "format=gray" : $"{_sector.Filter},format=gray", _decoded);
        }
        catch (FFmpegException e)
        {
            _logger.NotConverted(size, PixelFormat, e.Message);
        }
    }
}
