using LusEdge.FFmpeg;

namespace LusEdge.Capture.Source;

/// <summary>From FFmpeg's error code to a reason and a sentence that says what to do.</summary>
internal static class OpenFailure
{
    /// <summary>What a person is told when a source could not be opened.</summary>
    /// <param name="source">The source.</param>
    /// <param name="error">What FFmpeg said.</param>
    /// <param name="options">What it was to be opened with.</param>
    public static CaptureException From(SourceAddress source, FFmpegException error, CaptureOptions options)
    {
        if (error.Failure == FFmpegFailure.UnknownOption) return new(CaptureFailure.InvalidOption, $"{source.Name}: Capture:Options: {error.Message}", error);
        AvResult result = error.Result;
        if (result == AvResult.Interrupted) return Fail(CaptureFailure.Unreachable, $"gave no video within {options.OpenTimeout.TotalSeconds:0.#} s; check that it is on and sends video");
        if (result == AvResult.ProtocolNotFound) return Fail(CaptureFailure.UnknownProtocol, "names a protocol that this FFmpeg does not have; see `ffmpeg -protocols`");
        if (result == AvResult.StreamNotFound) return Fail(CaptureFailure.NotVideo, "holds no video stream; give a video");
        if (result == AvResult.DecoderNotFound) return Fail(CaptureFailure.NoDecoder, "is in a codec that this FFmpeg can't decode; install an FFmpeg that can, or record it in H.264");
        if (result == AvResult.DemuxerNotFound) return Fail(CaptureFailure.FFmpegUnavailable, "needs a format or device that this FFmpeg does not have; install the distribution's FFmpeg");

        // FFmpeg has one code for an option's value and for much else, and tells them apart in its log only.
        if (result == AvResult.InvalidArgument && FFmpegLog.LastError?.Contains("Error setting option", StringComparison.Ordinal) == true)
        {
            return Fail(CaptureFailure.InvalidOption, "does not take a value in Capture:Options; correct it");
        }

        return source.Kind switch
        {
            SourceKind.Generated => Fail(CaptureFailure.InvalidOption, "is no filter graph that FFmpeg understands; check it with `ffplay -f lavfi`"),
            SourceKind.Device => Device(),
            SourceKind.Network => Network(),
            _ => File(),
        };

        CaptureException Device()
        {
            bool asked = options.Size is not null || options.Rate is not null || options.PixelFormat is not null;
            if (result == AvResult.Busy) return Fail(CaptureFailure.Unreachable, $"is in use by another program; end that one (`fuser -v {source.Name}` names it)");
            if (result == AvResult.PermissionDenied) return Fail(CaptureFailure.NotFound, "may not be read by this user; add the user to the group video");
            if (result == AvResult.NoSuchFile) return Fail(CaptureFailure.NotFound, "does not exist; check the cable, and see `ls /dev/v4l/by-id` for what is there");
            if (result == AvResult.InvalidArgument && asked)
            {
                return Fail(CaptureFailure.Unreachable, $"does not give what Capture:Size, Capture:Rate or Capture:PixelFormat ask of it; see `v4l2-ctl -d {source.Name} --list-formats-ext` for what it has");
            }

            return Fail(CaptureFailure.Unreachable, $"can't be opened as a video device; check it with `v4l2-ctl -d {source.Name} --all`");
        }

        CaptureException Network()
        {
            if (result == AvResult.HttpNotFound) return Fail(CaptureFailure.NotFound, "does not exist: the server does not know the address; check it");
            if (result == AvResult.HttpUnauthorized || result == AvResult.HttpForbidden) return Fail(CaptureFailure.Unreachable, "is kept from this user by the server; check the user name and password in Capture:Source");
            if (result == AvResult.HttpServerError) return Fail(CaptureFailure.Unreachable, "can't be had: the server has a fault of its own; check the server");
            if (result == AvResult.InvalidData) return Fail(CaptureFailure.NotVideo, "sends what can't be read as video; check the sender's settings, and that it plays with `ffplay`");
            return Fail(CaptureFailure.Unreachable, "can't be reached; check address, network and sender");
        }

        CaptureException File()
        {
            if (result == AvResult.NoSuchFile) return Fail(CaptureFailure.NotFound, "does not exist; check the path");
            if (result == AvResult.PermissionDenied) return Fail(CaptureFailure.NotFound, "may not be read by this user; check its permissions");
            return Fail(CaptureFailure.NotVideo, "can't be read as video: it is no video, or damaged, or cut short; check that it plays with `ffplay`");
        }

        CaptureException Fail(CaptureFailure reason, string what) => new(reason, $"{source.Name} {what} ({Words(result)}).", error);
    }

    /// <summary>FFmpeg's own words for what went wrong on this thread: the error code's, and the last line of its log where there is one.</summary>
    public static string Words(AvResult result) => FFmpegLog.LastError is { } line ? $"FFmpeg: {result}, {line}" : $"FFmpeg: {result}";
}
