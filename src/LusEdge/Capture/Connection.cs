using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Machine;
using Microsoft.Extensions.Logging;

namespace LusEdge.Capture;

/// <summary>
/// One connection to a source, from open to end: demux, decode, crop, gray. One thread at a time; allocates nothing per frame.
/// </summary>
internal sealed class Connection : IDisposable
{
    private static readonly TimeSpan DevicePollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>Older packet stamps are invalid: neither the kernel nor FFmpeg buffers pictures for this long.</summary>
    private static readonly TimeSpan OldestStamp = TimeSpan.FromSeconds(10);

    private readonly SourceAddress _source;
    private readonly Demuxer _demuxer;
    private readonly Decoder _decoder;
    private readonly Packet _packet = new();
    private readonly Picture _decoded = new();
    private readonly Sector _sector;
    private readonly ReadDeadline _deadline;
    private readonly TimeSpan _firstPictureTimeout;
    private readonly TimeSpan _nextPictureTimeout;
    private readonly PictureSize? _requestedSize;
    private readonly Pause _pause;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly UtcClock _clock;
    private PictureFilter? _filter;
    private PictureSize _size;
    private int _pixelFormat = -1;
    private DamageLatch _latch;
    private bool _wallClockStamps;
    private long? _packetPts;
    private BacklogWatch _backlog;
    private PacketTimes _packets;
    private long _deliveredAt;
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
        long opened,
        ILogger logger)
    {
        _source = source;
        _demuxer = demuxer;
        _decoder = decoder;
        _sector = options.Sector;
        _firstPictureTimeout = options.OpenTimeout;
        _nextPictureTimeout = options.ReadTimeout;
        _requestedSize = options.Size;
        _deadline = deadline;
        _pause = pause;
        _time = time;
        _logger = logger;
        _clock = new UtcClock(time);
        if (source.CanComeBack) _backlog = new BacklogWatch(time, opened);

        // Only now: probing the source needed its own timestamps to determine the rate.
        _wallClockStamps = source.Kind == SourceKind.Network && decoder.KeepsOrder && demuxer.StampWithWallClock(true);
    }

    /// <summary>FFmpeg's name for the container, protocol or device.</summary>
    public string Format => _demuxer.Format;

    /// <summary>FFmpeg's name for the codec.</summary>
    public string Codec => _demuxer.Codec;

    /// <summary>FFmpeg's name for the last picture's pixel format.</summary>
    public string PixelFormat { get; private set; } = "unknown";

    /// <summary>Frame interval as the source declares it, null if it doesn't.</summary>
    public TimeSpan? FrameInterval
    {
        get
        {
            const int Fastest = 1000;
            Rational rate = _demuxer.FrameRate;
            return rate.IsPositive && rate.Num <= (long)Fastest * rate.Den
                ? TimeSpan.FromSeconds((double)rate.Den / rate.Num)
                : null;
        }
    }

    /// <summary>Called with each decoded picture before the crop and gray conversion; must not keep it.</summary>
    public Action<Picture, CapturedFrame>? Inspect { get; set; }

    /// <summary>The error that broke the source off, ok if none did.</summary>
    public AvResult Broken { get; private set; }

    /// <summary>Opens a source.</summary>
    /// <exception cref="CaptureException">It can't be opened or is not a video.</exception>
    public static Connection Open(
        SourceAddress source, CaptureOptions options, ReadDeadline deadline, Pause pause, TimeProvider time, ILogger logger)
    {
        if (source.Kind is SourceKind.File or SourceKind.Device) RequireFile(source);
        FFmpegLog.ClearLastError();
        deadline.Arm(options.OpenTimeout);
        long opened = time.GetTimestamp();
        Demuxer? demuxer = null;
        int tooLarge = FFmpegLog.TooLarge;
        try
        {
            int losses = FFmpegLog.Losses;
            demuxer = Demuxer.Open(source.Url, source.Format, source.OpenOptions(options), deadline);
            if (IsRenderedText(demuxer.Codec))
            {
                throw new CaptureException(CaptureFailure.NotVideo, $"{source.Name} is a text file; give a video.");
            }

            var decoder = Decoder.Open(demuxer);
            var connection = new Connection(demuxer, decoder, source, options, deadline, pause, time, opened, logger);
            if (FFmpegLog.Losses != losses) connection.RecoverFromProbeLoss();
            return connection;
        }
        catch (FFmpegException e)
        {
            demuxer?.Dispose();
            throw FFmpegLog.TooLarge != tooLarge ? OpenFailure.TooLarge(source) : OpenFailure.From(source, e, options);
        }
        catch
        {
            demuxer?.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next picture.</summary>
    /// <param name="frame">Not leased. Becomes a captured frame if there is a picture; otherwise stays unchanged.</param>
    /// <exception cref="CaptureException">The first picture does not have the size requested from the device.</exception>
    public ReadStatus Read(CapturedFrame frame)
    {
        // One deadline per picture, not per packet: a feed that sends only undecodable data is lost, too.
        _deadline.Arm(_pixelFormat < 0 ? _firstPictureTimeout : _nextPictureTimeout);
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

            if (received == AvResult.End || (received == AvResult.Again && _draining))
            {
                return Broken.IsOk ? ReadStatus.End : ReadStatus.Broken;
            }

            if (received != AvResult.Again) _latch.Damage();
            else if (!Feed()) return ReadStatus.Broken;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The packet and the pictures before the source they came from.
        _packet.Dispose();
        _decoded.Dispose();
        _filter?.Dispose();
        _decoder.Dispose();
        _demuxer.Dispose();
    }

    private static void RequireFile(SourceAddress source)
    {
        bool isDevice = source.Kind == SourceKind.Device;
        if (Directory.Exists(source.Path))
        {
            string expected = isDevice ? "device" : "file";
            throw new CaptureException(CaptureFailure.NotFound, $"{source.Name} is a directory; give a video {expected}.");
        }

        if (File.Exists(source.Path)) return;
        string advice = isDevice ? "check the cable, and see `ls /dev/v4l/by-id` for what is there" : "check the path";
        throw new CaptureException(CaptureFailure.NotFound, $"{source.Name} does not exist; {advice}.");
    }

    /// <summary>FFmpeg renders text files as terminal pictures, which is never intended here.</summary>
    private static bool IsRenderedText(string codec) => codec is "ansi" or "bintext" or "xbin" or "idf";

    /// <summary>Data was lost while the source was probed, so any of the packets buffered then can be incomplete.</summary>
    private void RecoverFromProbeLoss()
    {
        _ = _source.IsLive ? _demuxer.DropReadAhead() : _demuxer.Rewind();
        _latch.Loss();
    }

    /// <summary>Sends the decoder the next packet, or the end of the stream.</summary>
    /// <returns>False if the source broke off and nothing more can be read.</returns>
    private bool Feed()
    {
        int losses = FFmpegLog.Losses;
        AvResult read = ReadPacket();
        if (FFmpegLog.Losses != losses) _latch.Loss();
        if (read.IsOk)
        {
            long readAt = ReadAt(_packet.Pts);
            _packets.Add(_packet.Pts, new PacketTime(readAt, _backlog.SentAfter));
            _packetPts = _packet.Pts;
            _lastPacketIsCut = _packet.IsCorrupt;
            _latch.Packet(_packet.IsKey, _packet.IsCorrupt, _packet.Pts);
            losses = FFmpegLog.Losses;
            AvResult sent = _decoder.Send(_packet);
            _packet.Clear();
            if (!sent.IsOk || FFmpegLog.Losses != losses) _latch.Damage();
            return true;
        }

        // A truncated file ends in an incomplete packet, which FFmpeg reports as an ordinary end.
        if (read == AvResult.End && _lastPacketIsCut) read = AvResult.InvalidData;
        if (read != AvResult.End)
        {
            Broken = read;

            // Pictures left in the decoder belong to a file; from a lost live feed they would come late, with a wrong capture
            // time.
            if (_source.IsLive) return false;
        }

        _draining = true;
        _decoder.SendEnd();
        return true;
    }

    private AvResult ReadPacket()
    {
        _backlog.BeginRead();
        while (true)
        {
            AvResult read = _demuxer.Read(_packet);
            if (read != AvResult.Again)
            {
                _backlog.EndRead();
                return read;
            }

            // A non-blocking device has nothing yet.
            if (!_pause.For(DevicePollInterval)) return AvResult.Interrupted;
        }
    }

    /// <summary>
    /// When a packet was read, as a timestamp of the feed's clock. Devices stamp pictures with the monotonic clock; FFmpeg stamps
    /// network packets with the wall clock. Both stamps precede the arrival here, because the parser waits for the next picture
    /// to begin. An implausible stamp (another clock, or one that was just set) is replaced by the arrival time.
    /// </summary>
    private long ReadAt(long? pts)
    {
        long now = _time.GetTimestamp();
        if (pts is not { } at || !_demuxer.TimeBase.IsPositive) return now;
        if (!_wallClockStamps && _source.Kind != SourceKind.Device) return now;
        TimeSpan clock = _wallClockStamps ? _time.GetUtcNow() - DateTimeOffset.UnixEpoch : _time.GetElapsedTime(0, now);
        TimeSpan age = clock - _demuxer.TimeBase.ToTimeSpan(at);
        return age > TimeSpan.Zero && age < OldestStamp
            ? now - (age.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond)
            : now;
    }

    private void Deliver(CapturedFrame frame)
    {
        long? pts = _decoded.Pts;
        if (_wallClockStamps && pts is not null && _packetPts is not null && pts != _packetPts)
        {
            // The sender has switched to B-frames: stamps in packet order don't fit such pictures, and to the latch an older
            // picture would look newer than the key frame.
            _wallClockStamps = false;
            _demuxer.StampWithWallClock(false);
            _latch.Damage();
        }

        frame.Pts = pts is { } presented && _demuxer.TimeBase.IsPositive && !_wallClockStamps
            ? _demuxer.TimeBase.ToTimeSpan(presented)
            : null;
        PacketTime arrival = _packets.Of(pts);

        // Reordered pictures come out in the order in which they were taken, but arrived in another.
        _deliveredAt = Math.Max(_deliveredAt, arrival.ReadAt);
        frame.Timestamp = _deliveredAt;
        frame.MaxAge = _source.CanComeBack ? _time.GetElapsedTime(arrival.SentAfter) : TimeSpan.Zero;
        frame.CapturedAt = _clock.At(_deliveredAt);
        frame.IsDamaged = _latch.Picture(_decoded.IsFlaggedCorrupt, pts);
        var size = new PictureSize(_decoded.Width, _decoded.Height);
        if (_pixelFormat < 0) RequireRequestedSize(size);
        frame.SourceSize = size;
        Inspect?.Invoke(_decoded, frame);
        if (size != _size || _decoded.PixelFormat != _pixelFormat) Rebuild(size);
        frame.CropFits = _sector.Fits(size);
        if (_filter is null || !_filter.Process(_decoded, frame.Gray).IsOk)
        {
            // No picture although its size fits: treat it as damaged.
            _decoded.Clear();
            frame.IsDamaged |= frame.CropFits;
        }

        frame.Lease();
    }

    /// <summary>A device silently picks the nearest size it supports.</summary>
    private void RequireRequestedSize(PictureSize delivered)
    {
        if (_requestedSize is not { } requested || requested == delivered) return;
        throw new CaptureException(
            CaptureFailure.SizeMismatch,
            $"{_source.Name} delivers {delivered} instead of the requested {requested} (Capture:Size); set a size it supports "
            + $"(`v4l2-ctl -d {_source.Name} --list-formats-ext` lists them), or switch the connected scanner to {requested}.");
    }

    /// <summary>Builds the filter chain again, because a chain works for one size and format only.</summary>
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
