using LusEdge.FFmpeg;

namespace LusEdge.Capture;

/// <summary>What kind of thing a source is: decides how it is opened and what its end means.</summary>
internal enum SourceKind
{
    File,

    /// <summary>A filter graph of FFmpeg's that makes up pictures.</summary>
    Generated,

    Device,

    Network,
}

/// <summary>A source string, understood.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Url">What FFmpeg is to open.</param>
/// <param name="Format">FFmpeg's name of the format, null to find out.</param>
/// <param name="Name">For messages and logs: as configured, credentials masked.</param>
internal sealed record SourceAddress(SourceKind Kind, string Url, string? Format, string Name)
{
    private const string Generator = "lavfi:";
    private const string FilePrefix = "file:";
    private const string DevicePrefix = "/dev/video";
    private const string DevicesById = "/dev/v4l/";

    /// <summary>Whether the source has a clock of its own and goes on whether it is read or not.</summary>
    public bool IsLive => Kind is SourceKind.Device or SourceKind.Network
        || (Kind == SourceKind.Generated && Url.Contains("realtime", StringComparison.Ordinal));

    /// <summary>Whether its end is a loss, after which it may come back.</summary>
    public bool MayComeBack => Kind is SourceKind.Device or SourceKind.Network;

    /// <summary>The path, of a file or a device.</summary>
    public string Path => Kind == SourceKind.File ? Url[FilePrefix.Length..] : Url;

    /// <summary>Understands a source string.</summary>
    public static SourceAddress Parse(string source)
    {
        if (source.Length == 0) return new(SourceKind.File, FilePrefix, null, "\"\"");
        if (source.StartsWith(Generator, StringComparison.Ordinal)) return new(SourceKind.Generated, source[Generator.Length..], "lavfi", source);
        if (source.StartsWith(DevicePrefix, StringComparison.Ordinal) || source.StartsWith(DevicesById, StringComparison.Ordinal))
        {
            return new(SourceKind.Device, source, "v4l2", source);
        }

        // A file is opened by its protocol's full name: a path such as "3:45 pm.mp4" would else be taken for a protocol.
        if (source.StartsWith(FilePrefix, StringComparison.Ordinal)) return new(SourceKind.File, source, null, source);
        return source.Contains("://", StringComparison.Ordinal)
            ? new(SourceKind.Network, source, null, Credentials.Mask(source))
            : new(SourceKind.File, FilePrefix + source, null, source);
    }

    /// <summary>The options to open it with.</summary>
    /// <param name="given">The configured ones, <c>name=value</c> with blanks between.</param>
    /// <exception cref="CaptureException">They are malformed.</exception>
    public IReadOnlyDictionary<string, string> OpenOptions(string given)
    {
        var options = new Dictionary<string, string>();

        // v4l2 waits for a picture without ever asking the interrupt callback, unless it is told not to block: 4 is
        // AVFMT_FLAG_NONBLOCK, which has no name.
        if (Kind == SourceKind.Device) options["fflags"] = "+nobuffer+4";
        foreach (string pair in given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CaptureException(
                    CaptureFailure.InvalidOption, $"Capture:Options: \"{Credentials.Mask(pair)}\" is no option; write name=value, for instance rtsp_transport=tcp.");
            }

            options[pair[..equals]] = pair[(equals + 1)..];
        }

        return options;
    }
}
