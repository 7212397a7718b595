using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.FFmpeg;
using LusEdge.Metering;

namespace LusEdge.Capture;

/// <content>Connecting and reading, up to the hand-off. All on the reader's thread, except a file's first connection.</content>
public sealed partial class VideoFeed
{
    /// <summary>Opens the source and reads its first picture, because only that proves that it delivers any.</summary>
    /// <returns>The first picture, owned by the caller.</returns>
    private CapturedFrame Connect()
    {
        _connection?.Dispose();
        _connection = null;
        Connection connection = Connection.Open(_source, _options, _deadline!, _pause, _time, _logger);
        connection.Inspect = Inspect;
        CapturedFrame? first = null;
        try
        {
            first = ReadFirst(connection);
            RecordDescription(connection, first);
        }
        catch
        {
            if (first is not null)
            {
                _ledger.Completed(FrameState.ModeChanged);
                first.Dispose();
            }

            connection.Dispose();
            throw;
        }

        _connection = connection;
        _connected = true;
        _lastError = null;
        return first;
    }

    private CapturedFrame ReadFirst(Connection connection)
    {
        CapturedFrame frame = _pool.Rent();
        int tooLarge = FFmpegLog.TooLarge;
        try
        {
            if (connection.Read(frame) == ReadStatus.Picture)
            {
                _startsClip = true;
                Number(frame);
                return frame;
            }
        }
        catch
        {
            _pool.Return(frame);
            throw;
        }

        _pool.Return(frame);
        if (FFmpegLog.TooLarge != tooLarge) throw OpenFailure.TooLarge(_source);
        if (connection.Broken == AvResult.Interrupted)
        {
            string within = $"{_options.OpenTimeout.TotalSeconds:0.#} s";
            throw new CaptureException(
                CaptureFailure.Unreachable,
                $"{_source.Name} sent no picture within {within}; check that it is on and sending.");
        }

        string words = FFmpegLog.LastError is null && connection.Broken.IsOk
            ? ""
            : $" ({OpenFailure.Words(connection.Broken.IsOk ? AvResult.InvalidData : connection.Broken)})";
        throw new CaptureException(
            CaptureFailure.NotVideo,
            $"{_source.Name} contains no picture that can be decoded; check that it plays with `ffplay`{words}.");
    }

    /// <summary>Describes the feed from a connection and its first picture.</summary>
    /// <exception cref="CaptureException">
    /// The sector lies outside the picture: the source is in another mode, or the sector is wrong.
    /// </exception>
    private void RecordDescription(Connection connection, CapturedFrame first)
    {
        // The geometry is fixed at the first opening: a feed that comes back in another size is in another mode and not graded.
        var description = new FeedDescription(
            connection.Format,
            connection.Codec,
            connection.PixelFormat,
            _description?.Geometry ?? _options.Geometry ?? first.SourceSize,
            _options.Sector,
            connection.FrameInterval);
        if (_description is null)
        {
            double rate = 1 / description.FrameInterval.TotalSeconds;
            _logger.Opened(
                _source.Name,
                description.Format,
                description.Codec,
                first.SourceSize,
                description.PixelFormat,
                rate,
                FFmpegLibraries.Version);
            if (_options.Rate is { } requested && Math.Abs(rate - requested) > requested * RateTolerance)
            {
                _logger.RateMismatch(_source.Name, rate, requested);
            }

            if (!description.Sector.Fits(description.Geometry))
            {
                throw new CaptureException(
                    CaptureFailure.InvalidSector,
                    $"Capture:Sector: {description.Sector} does not fit within the {description.Geometry} picture; "
                    + "set x,y,w,h so that x+w and y+h lie inside it.");
            }
        }

        _description = description;
    }

    private void Number(CapturedFrame frame)
    {
        frame.Number = _frames++;
        frame.StartsClip = _startsClip;
        _startsClip = false;
    }

    private void Run()
    {
        FFmpegLog.Attach(_ffmpegLines.Take, _ffmpegLines.Finest, _mask.Mask);
        try
        {
            CapturedFrame? frame = _first ?? Reopen();
            _first = null;
            while (frame is not null && HandOver(frame)) frame = Next();
        }
        catch (CaptureException e)
        {
            _end = new FeedEnd(e);
            _logger.Refused(_source.Name, e.Message);
        }
        catch (Exception e) // The top of the reader's loop: whatever it is, the pipeline must learn that no frame will come.
        {
            string message = $"reading failed because of a bug in this program: {_mask.Mask(e.Message)}";
            _end = new FeedEnd(new CaptureException(CaptureFailure.Internal, message, e));
            _logger.ReaderFailed(_source.Name, _mask.Mask(e.ToString()));
        }
        finally
        {
            _connected = false;
            _handoff.Complete();
            FFmpegLog.Detach();
        }
    }

    /// <summary>The next frame, across losses and loops.</summary>
    /// <returns>Null when there are no more.</returns>
    private CapturedFrame? Next()
    {
        CapturedFrame frame = _pool.Rent();
        ReadStatus status = _connection!.Read(frame);
        if (status == ReadStatus.Picture)
        {
            Number(frame);
            return frame;
        }

        _pool.Return(frame);
        return _stopping ? null : ContinueAfter(status);
    }

    private bool HandOver(CapturedFrame frame)
    {
        if (_pacer is not null)
        {
            if (!_pacer.WaitFor(frame.Pts, frame.StartsClip, _description!.FrameInterval))
            {
                Drop(frame, DropReason.Stopping);
                return false;
            }

            // For the stages after this, a paced frame is captured when a scanner would have sent it.
            frame.CapturedAt += _time.GetElapsedTime(frame.Timestamp);
            frame.Timestamp = _time.GetTimestamp();
        }

        if (IsBacklog(frame))
        {
            Rhythm.RecordDiscarded(frame.Timestamp, frame.StartsClip);
            _discardedStart |= frame.StartsClip;
            Drop(frame, DropReason.Backlog);
            return true;
        }

        if (FollowsSize && IsLive) FollowSize(frame);
        Rhythm.Record(frame.Timestamp, frame.StartsClip);
        frame.StartsClip |= _discardedStart;
        _discardedStart = false;
        return _handoff.Put(frame);
    }

    private void FollowSize(CapturedFrame frame)
    {
        FeedDescription description = _description!;
        if (frame.SourceSize == description.Geometry)
        {
            _otherSize = default;
        }
        else if (frame.SourceSize != _otherSize)
        {
            (_otherSize, _otherSince) = (frame.SourceSize, frame.Timestamp);
        }
        else if (frame.CropFits && _time.GetElapsedTime(_otherSince, frame.Timestamp) >= SizeSettlesAfter)
        {
            _description = description with { Geometry = frame.SourceSize };
            _logger.GeometryFollows(_source.Name, frame.SourceSize, SizeSettlesAfter.TotalSeconds, description.Geometry);
        }
    }

    /// <summary>
    /// Whether a picture can be too old to say anything about the patient now: what the network, the system or the decoder
    /// held back while this process did not read, or while nothing came. It must not pass for new, so it is discarded until
    /// reads wait for the source again.
    /// </summary>
    private bool IsBacklog(CapturedFrame frame)
    {
        TimeSpan rhythm = HeldFrames * (Rhythm.Interval ?? _description!.FrameInterval);
        bool isBacklog = frame.MaxAge > (rhythm > MinBacklog ? rhythm : MinBacklog);
        if (isBacklog) _discarded++;
        else if (_discarded > 0)
        {
            _logger.BacklogDiscarded(_source.Name, _discarded);
            _discarded = 0;
        }

        return isBacklog;
    }

    /// <summary>Reopens, loops or ends the feed after the source ended or broke off.</summary>
    /// <returns>The next frame, null when the feed is over.</returns>
    private CapturedFrame? ContinueAfter(ReadStatus status)
    {
        if (CanComeBack)
        {
            string reason = status == ReadStatus.End ? "it ended"
                : _connection!.Broken == AvResult.Interrupted ? $"no picture for {_options.ReadTimeout.TotalSeconds:0.#} s"
                : OpenFailure.Words(_connection.Broken);
            _logger.Lost(_source.Name, reason);
            _lastError = $"{_source.Name} was lost: {reason}; check that it is on and sending.";
            _connected = false;
            return Reopen();
        }

        if (status == ReadStatus.Broken)
        {
            string what = _connection!.Broken == AvResult.Interrupted
                ? "reading stalled"
                : "the video is damaged or cut short here";
            _end = new FeedEnd(new CaptureException(
                CaptureFailure.NotVideo, $"{what}, after {_frames} frames ({OpenFailure.Words(_connection.Broken)})."));
            _logger.BrokeOff(_source.Name, _frames, _end.Error!);
            return null;
        }

        if (_options.Loop) return Rewind();
        _logger.Ended(_source.Name, _frames);
        return null;
    }

    /// <summary>Starts a file over by reopening it, because not every format can seek.</summary>
    private CapturedFrame? Rewind()
    {
        try
        {
            return Connect();
        }
        catch (CaptureException e)
        {
            _end = new FeedEnd(new CaptureException(e.Reason, $"the loop ended after {_frames} frames: {e.Message}", e));
            _logger.BrokeOff(_source.Name, _frames, _end.Error!);
            return null;
        }
    }

    /// <summary>Retries opening a live feed that is not up yet or was lost, for as long as it takes.</summary>
    /// <returns>Its first frame, null when stopped.</returns>
    /// <exception cref="CaptureException">It was never open and can't be with this configuration.</exception>
    private CapturedFrame? Reopen()
    {
        bool wasOpen = _description is not null;
        if (wasOpen && !_pause.For(_reopenDelay.Next())) return null;
        while (true)
        {
            try
            {
                CapturedFrame first = Connect();
                _reopenDelay.Reset();
                if (wasOpen) _logger.Back(_source.Name);
                return first;
            }
            catch (CaptureException) when (_stopping)
            {
                return null;
            }
            catch (CaptureException e) when (e.IsTransient || wasOpen)
            {
                if (e.Message == _lastError) _logger.StillUnavailable(_source.Name, e.Message);
                else _logger.Unavailable(_source.Name, e.Message);
                _lastError = e.Message;
            }

            if (!_pause.For(_reopenDelay.Next())) return null;
        }
    }

    private void Drop(CapturedFrame frame, DropReason reason)
    {
        _ledger.Dropped(reason);
        frame.Dispose();
    }
}
