using LusEdge.FFmpeg;

namespace LusEdge.Capture;

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
        bool blamesOptions = options.Options.Length > 0 && (result == AvResult.InvalidArgument || result == AvResult.OptionNotFound);
        if (blamesOptions) return Fail(CaptureFailure.InvalidOption, "does not take a value in Capture:Options; correct it");
        if (result == AvResult.NoSuchFile || result == AvResult.HttpNotFound) return Fail(CaptureFailure.NotFound, "does not exist; check the address");
        if (result == AvResult.PermissionDenied) return Fail(CaptureFailure.NotFound, "may not be read by this user; check its permissions");
        if (result == AvResult.Interrupted) return Fail(CaptureFailure.Unreachable, $"gave no video within {options.OpenTimeout.TotalSeconds:0.#} s; check that it is on and sends");
        if (result == AvResult.ProtocolNotFound) return Fail(CaptureFailure.NotFound, "names a protocol that this FFmpeg does not have; see `ffmpeg -protocols`");
        if (result == AvResult.StreamNotFound) return Fail(CaptureFailure.NotVideo, "holds no video stream; give a video");
        if (result == AvResult.DecoderNotFound) return Fail(CaptureFailure.NoDecoder, "is in a codec that this FFmpeg can't decode; install an FFmpeg that can, or record it in H.264");
        if (result == AvResult.DemuxerNotFound) return Fail(CaptureFailure.FFmpegUnavailable, "needs a format or device that this FFmpeg does not have; install the distribution's FFmpeg");
        return source.Kind switch
        {
            SourceKind.Generated => Fail(CaptureFailure.InvalidOption, "is no filter graph that FFmpeg understands; check it with `ffplay -f lavfi`"),
            SourceKind.Network when result != AvResult.InvalidData => Fail(CaptureFailure.Unreachable, "can't be reached; check address, network and sender"),
            SourceKind.Device => Fail(CaptureFailure.Unreachable, "can't be opened; check that it is a camera and that no other program has it"),
            _ => Fail(CaptureFailure.NotVideo, "can't be read as video: it is no video, or damaged, or cut short; check that it plays with `ffplay`"),
        };

        CaptureException Fail(CaptureFailure reason, string what) => new(reason, $"{source.Name} {what} ({Words(result)}).", error);
    }

    /// <summary>FFmpeg's own words for what went wrong on this thread: the error code's, and the last line of its log where there is one.</summary>
    public static string Words(AvResult result) => FFmpegLog.LastError is { } line ? $"FFmpeg: {result}, {line}" : $"FFmpeg: {result}";
}
