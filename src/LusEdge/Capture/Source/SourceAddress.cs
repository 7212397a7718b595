using System.Globalization;
using LusEdge.FFmpeg;

namespace LusEdge.Capture.Source;

/// <summary>What kind of thing a source is: decides how it is opened and what its end means.</summary>
internal enum SourceKind
{
    File,

    /// <summary>A filter graph of FFmpeg's that makes up pictures.</summary>
    Generated,

    /// <summary>A V4L2 device.</summary>
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
    private const string Flags = "fflags";

    /// <summary>Options of v4l2 that are keys of the configuration.</summary>
    private static readonly Dictionary<string, string> DeviceKeys = new()
    {
        ["video_size"] = "Capture:Size",
        ["framerate"] = "Capture:Rate",
        ["input_format"] = "Capture:PixelFormat",
        ["pixel_format"] = "Capture:PixelFormat",
    };

    /// <summary>Whether the source has a clock of its own and goes on whether it is read or not.</summary>
    public bool IsLive => Kind is SourceKind.Device or SourceKind.Network
        || (Kind == SourceKind.Generated && Url.Contains("realtime", StringComparison.Ordinal));

    /// <summary>Whether its end is a loss, after which it may come back.</summary>
    public bool MayComeBack => Kind is SourceKind.Device or SourceKind.Network;

    /// <summary>The longest wait before it is opened anew. A server is spared; a device is this machine's own, and who sends by UDP does not know who listens.</summary>
    public TimeSpan LongestReopenDelay => TimeSpan.FromSeconds(Kind == SourceKind.Device || IsUdp ? 2 : 30);

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

    /// <summary>The options to open it with, by FFmpeg's names: what suits its kind, what is asked of a device, and the configured ones, which win.</summary>
    /// <exception cref="CaptureException">They are malformed.</exception>
    public IReadOnlyDictionary<string, string> OpenOptions(CaptureOptions configured)
    {
        Dictionary<string, string> options = Kind switch
        {
            // v4l2 waits for a picture without ever asking the interrupt callback, unless it is told not to block: 4 is
            // AVFMT_FLAG_NONBLOCK, which has no name. Pictures that were only looked at when it was opened are old.
            SourceKind.Device => new() { [Flags] = "+nobuffer+4" },

            // By default twenty frames are read only to guess the rate, which most streams declare, and FFmpeg 4 looks into a transport
            // stream for five seconds whatever it finds: so the first picture comes 0.7 s earlier, there 5 s.
            SourceKind.Network => new() { ["fpsprobesize"] = "2", ["analyzeduration"] = "1000000" },
            _ => [],
        };

        // What was lost on the way costs some frames; by default it would cost the connection.
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
                    CaptureFailure.InvalidOption, $"Capture:Options: \"{Credentials.Mask(pair)}\" is no option; write name=value, for instance rtsp_transport=tcp.");
            }

            (string name, string value) = (pair[..equals], pair[(equals + 1)..]);
            // Flags are added to those that a device can't be read without.
            if (name == Flags && options.TryGetValue(Flags, out string? needed)) value = needed + (value[..1] is "+" or "-" ? value : $"+{value}");
            options[name] = value;
        }

        return options;
    }

    /// <summary>An option that is not to be given as one, because it has a key of the configuration.</summary>
    /// <returns>The option's name and the key, or null.</returns>
    public (string Option, string Key)? OptionWithAKey(string given)
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
