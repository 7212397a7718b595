using System.Globalization;
using LusEdge.FFmpeg;

namespace LusEdge.Capture.Source;

/// <summary>The kind of source, which determines how it is opened and what its end means.</summary>
internal enum SourceKind
{
    File,

    /// <summary>An FFmpeg filter graph that generates pictures.</summary>
    Generated,

    /// <summary>A V4L2 device.</summary>
    Device,

    Network,
}

/// <summary>A parsed source string.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Url">The URL for FFmpeg to open.</param>
/// <param name="Format">FFmpeg's name for the format, null to detect it.</param>
/// <param name="Name">For messages and logs: as configured, with credentials masked.</param>
internal sealed record SourceAddress(SourceKind Kind, string Url, string? Format, string Name)
{
    private const string Generator = "lavfi:";
    private const string FilePrefix = "file:";
    private const string DevicePrefix = "/dev/video";
    private const string DevicesById = "/dev/v4l/";
    private const string Flags = "fflags";

    /// <summary>v4l2 options that have their own configuration keys.</summary>
    private static readonly Dictionary<string, string> DeviceKeys = new()
    {
        ["video_size"] = "Capture:Size",
        ["framerate"] = "Capture:Rate",
        ["input_format"] = "Capture:PixelFormat",
        ["pixel_format"] = "Capture:PixelFormat",
    };

    /// <summary>Whether the source runs on its own clock and continues whether it is read or not.</summary>
    public bool IsLive => Kind is SourceKind.Device or SourceKind.Network
        || (Kind == SourceKind.Generated && Url.Contains("realtime", StringComparison.Ordinal));

    /// <summary>Whether its end is a loss from which it can come back.</summary>
    public bool CanComeBack => Kind is SourceKind.Device or SourceKind.Network;

    /// <summary>
    /// The longest wait before reopening. It is long to spare servers; a device is local, and a UDP sender does not see who
    /// listens.
    /// </summary>
    public TimeSpan LongestReopenDelay => TimeSpan.FromSeconds(Kind == SourceKind.Device || IsUdp ? 2 : 30);

    /// <summary>The path of a file or device.</summary>
    public string Path => Kind == SourceKind.File ? Url[FilePrefix.Length..] : Url;

    /// <summary>Parses a source string.</summary>
    public static SourceAddress Parse(string source)
    {
        if (source.Length == 0) return new(SourceKind.File, FilePrefix, null, "\"\"");
        if (source.StartsWith(Generator, StringComparison.Ordinal))
        {
            return new(SourceKind.Generated, source[Generator.Length..], "lavfi", source);
        }

        if (source.StartsWith(DevicePrefix, StringComparison.Ordinal) || source.StartsWith(DevicesById, StringComparison.Ordinal))
        {
            return new(SourceKind.Device, source, "v4l2", source);
        }

        // Files are opened with an explicit protocol, because FFmpeg would read a path such as "3:45 pm.mp4" as one.
        if (source.StartsWith(FilePrefix, StringComparison.Ordinal)) return new(SourceKind.File, source, null, source);
        return source.Contains("://", StringComparison.Ordinal)
            ? new(SourceKind.Network, source, null, Credentials.Mask(source))
            : new(SourceKind.File, FilePrefix + source, null, source);
    }

    /// <summary>
    /// The options to open it with, by FFmpeg's names: defaults for its kind, the device settings, and the configured options,
    /// which win.
    /// </summary>
    /// <exception cref="CaptureException">They are malformed.</exception>
    public IReadOnlyDictionary<string, string> OpenOptions(CaptureOptions configured)
    {
        Dictionary<string, string> options = Kind switch
        {
            // A blocking v4l2 read never calls the interrupt callback, so don't block: 4 is AVFMT_FLAG_NONBLOCK, which has no
            // name. Pictures read only to probe the device are old, hence nobuffer.
            SourceKind.Device => new() { [Flags] = "+nobuffer+4" },

            // By default FFmpeg reads twenty frames just to guess the rate, which most streams declare, and FFmpeg 4 always
            // probes a transport stream for five seconds. This brings the first picture 0.7 s earlier, there 5 s.
            SourceKind.Network => new() { ["fpsprobesize"] = "2", ["analyzeduration"] = "1000000" },
            _ => [],
        };

        // A buffer overrun should cost some frames; by default it ends the connection.
        if (IsUdp) options["overrun_nonfatal"] = "1";
        if (Kind == SourceKind.Device)
        {
            if (configured.Size is { } size) options["video_size"] = size.ToString();
            if (configured.Rate is { } rate) options["framerate"] = rate.ToString(CultureInfo.InvariantCulture);
            if (configured.PixelFormat is { } format) options["input_format"] = format;
        }

        foreach (string pair in Pairs(configured.Options))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CaptureException(
                    CaptureFailure.InvalidOption,
                    $"Capture:Options: \"{Credentials.Mask(pair)}\" is not an option; "
                    + "write name=value, for instance rtsp_transport=tcp.");
            }

            (string name, string value) = (pair[..equals], pair[(equals + 1)..]);
            if (name == Flags && options.TryGetValue(Flags, out string? required))
            {
                // Appended, because a device can't be read without the required ones.
                value = required + (value[..1] is "+" or "-" ? value : $"+{value}");
            }

            options[name] = value;
        }

        return options;
    }

    /// <summary>Finds an option that must be set by its own configuration key instead.</summary>
    /// <returns>The option's name and the key, or null.</returns>
    public (string Option, string Key)? OptionWithOwnKey(string given)
    {
        if (Kind != SourceKind.Device) return null;
        foreach (string pair in Pairs(given))
        {
            string name = pair.Split('=')[0];
            if (DeviceKeys.TryGetValue(name, out string? key)) return (name, key);
        }

        return null;
    }

    private bool IsUdp => Url.StartsWith("udp:", StringComparison.Ordinal);

    private static string[] Pairs(string given) => given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
