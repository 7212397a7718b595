using LusEdge.FFmpeg;

namespace LusEdge.Capture.Source;

/// <summary>Maps FFmpeg's error codes to a reason and a sentence that says what to do.</summary>
internal static class OpenFailure
{
    /// <summary>The exception for a source that could not be opened.</summary>
    /// <param name="source">The source.</param>
    /// <param name="error">FFmpeg's error.</param>
    /// <param name="options">The options it was opened with.</param>
    public static CaptureException From(SourceAddress source, FFmpegException error, CaptureOptions options)
    {
        if (error.Failure == FFmpegFailure.UnknownOption)
        {
            return new(CaptureFailure.InvalidOption, $"{source.Name}: Capture:Options: {error.Message}", error);
        }

        AvResult result = error.Result;
        if (result == AvResult.ForeignReference)
        {
            string own = source.Kind == SourceKind.Network ? "on its own host" : "in itself";
            return Fail(
                CaptureFailure.ForeignReference, $"refers to something else; give the address of a video that is {own}");
        }

        if (result == AvResult.Interrupted)
        {
            string within = $"{options.OpenTimeout.TotalSeconds:0.#} s";
            return Fail(CaptureFailure.Unreachable, $"sent no video within {within}; check that it is on and sending");
        }

        if (result == AvResult.ProtocolNotFound)
        {
            return Fail(
                CaptureFailure.UnknownProtocol, "uses a protocol that this FFmpeg does not support; see `ffmpeg -protocols`");
        }

        if (result == AvResult.StreamNotFound) return Fail(CaptureFailure.NotVideo, "has no video stream; give a video");
        if (result == AvResult.DecoderNotFound)
        {
            return Fail(
                CaptureFailure.NoDecoder,
                "uses a codec that this FFmpeg can't decode; install an FFmpeg that can, or record it in H.264");
        }

        if (result == AvResult.DemuxerNotFound)
        {
            return Fail(
                CaptureFailure.FFmpegUnavailable,
                "needs a format or device that this FFmpeg does not support; install the distribution's FFmpeg");
        }

        // FFmpeg uses this code for invalid option values and for much else; only its log tells them apart.
        if (result == AvResult.InvalidArgument
            && FFmpegLog.LastError?.Contains("not on whitelist", StringComparison.Ordinal) == true)
        {
            string found = FFmpegLog.LastError.Contains("Format", StringComparison.Ordinal)
                ? "is a playlist, a script or a rare format" : "refers to another file or protocol";
            return new(
                CaptureFailure.NotVideo,
                $"{source.Name} {found}, which is not opened because it could show another patient's video; "
                + "give the video itself, for instance MP4, MOV, MKV, AVI or MPEG.",
                error);
        }

        if (result == AvResult.InvalidArgument
            && FFmpegLog.LastError?.Contains("Error setting option", StringComparison.Ordinal) == true)
        {
            return Fail(CaptureFailure.InvalidOption, "rejects a value in Capture:Options; correct it");
        }

        return source.Kind switch
        {
            SourceKind.Generated => Fail(
                CaptureFailure.InvalidOption, "is not a filter graph that FFmpeg understands; check it with `ffplay -f lavfi`"),
            SourceKind.Device => Device(),
            SourceKind.Network => Network(),
            _ => File(),
        };

        CaptureException Device()
        {
            if (result == AvResult.Busy)
            {
                return Fail(
                    CaptureFailure.Unreachable,
                    $"is in use by another program; stop that program (`fuser -v {source.Name}` names it)");
            }

            if (result == AvResult.PermissionDenied)
            {
                return Fail(CaptureFailure.NotFound, "is not readable by this user; add the user to the group video");
            }

            if (result == AvResult.NoSuchFile)
            {
                return Fail(
                    CaptureFailure.NotFound, "does not exist; check the cable, and see `ls /dev/v4l/by-id` for what is there");
            }

            bool isConfigured = options.Size is not null || options.Rate is not null || options.PixelFormat is not null;
            if (result == AvResult.InvalidArgument && isConfigured)
            {
                return Fail(
                    CaptureFailure.Unreachable,
                    "does not support the configured Capture:Size, Capture:Rate or Capture:PixelFormat; "
                    + $"see `v4l2-ctl -d {source.Name} --list-formats-ext` for what it supports");
            }

            return Fail(
                CaptureFailure.Unreachable,
                $"can't be opened as a video device; check it with `v4l2-ctl -d {source.Name} --all`");
        }

        CaptureException Network()
        {
            if (result == AvResult.HttpNotFound)
            {
                return Fail(CaptureFailure.NotFound, "does not exist on the server; check the address");
            }

            if (result == AvResult.HttpUnauthorized || result == AvResult.HttpForbidden)
            {
                return Fail(
                    CaptureFailure.Unreachable,
                    "can't be opened: the server denies access; check the user name and password in Capture:Source");
            }

            if (result == AvResult.HttpServerError)
            {
                return Fail(
                    CaptureFailure.Unreachable, "can't be opened: the server reports an internal error; check the server");
            }

            if (result == AvResult.InvalidData)
            {
                return Fail(
                    CaptureFailure.NotVideo,
                    "sends data that can't be read as video; check the sender's settings, and that it plays with `ffplay`");
            }

            return Fail(CaptureFailure.Unreachable, "can't be reached; check address, network and sender");
        }

        CaptureException File()
        {
            if (result == AvResult.NoSuchFile) return Fail(CaptureFailure.NotFound, "does not exist; check the path");
            if (result == AvResult.PermissionDenied)
            {
                return Fail(CaptureFailure.NotFound, "is not readable by this user; check its permissions");
            }

            return Fail(
                CaptureFailure.NotVideo,
                "can't be read as video: it is not a video, is damaged or is cut short; check that it plays with `ffplay`");
        }

        CaptureException Fail(CaptureFailure reason, string what) =>
            new(reason, $"{source.Name} {what} ({Words(result)}).", error);
    }

    /// <summary>The exception for pictures that were not decoded because of their size.</summary>
    public static CaptureException TooLarge(SourceAddress source) => new(
        CaptureFailure.PictureTooLarge,
        $"{source.Name} has pictures of more than {Decoder.MaxPixels / 1_000_000.0:0.0} million pixels (4096x2304), which are "
        + "not decoded; set the sender or scanner to a smaller size.");

    /// <summary>
    /// FFmpeg's own description of the error on this thread: the code's text, and the last line of its log if any.
    /// </summary>
    public static string Words(AvResult result) =>
        FFmpegLog.LastError is { } line ? $"FFmpeg: {result}, {line}" : $"FFmpeg: {result}";
}
