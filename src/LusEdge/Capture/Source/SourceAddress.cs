using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LusEdge.Secrets;

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
/// <param name="Name">For messages and logs: as configured, but of a URL only scheme, host and port.</param>
internal sealed record SourceAddress(SourceKind Kind, string Url, string? Format, string Name)
{
    private const string Generator = "lavfi:";
    private const string FilePrefix = "file:";
    private const string Session = "sdp:";
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
            string graph = source[Generator.Length..];
            string name = graph.Contains('@') ? Generator + Address.Hidden : SecretMask.MaskUrls(source);
            return new(SourceKind.Generated, graph, "lavfi", name);
        }

        // Named as such, because a session description is a playlist, too: it must not pass for a clip.
        if (source.StartsWith(Session, StringComparison.Ordinal))
            return new(SourceKind.Network, FilePrefix + source[Session.Length..], "sdp", source);

        if (source.StartsWith(DevicePrefix, StringComparison.Ordinal) || source.StartsWith(DevicesById, StringComparison.Ordinal))
        {
            return new(SourceKind.Device, source, "v4l2", source);
        }

        // Files are opened with an explicit protocol, because FFmpeg would read a path such as "3:45 pm.mp4" as one.
        if (source.StartsWith(FilePrefix, StringComparison.Ordinal)) return File(source[FilePrefix.Length..], source);
        bool isUrl = Address.IsUrl(source)
            || SourceFormats.Schemes.Any(scheme => source.StartsWith($"{scheme}:", StringComparison.OrdinalIgnoreCase));
        return isUrl ? new(SourceKind.Network, source, null, Address.Show(source)) : File(source, source);
    }

    /// <summary>What is wrong with the address itself: a sentence without the source's name, null if nothing is.</summary>
    public string? AddressError
    {
        get
        {
            if (Kind != SourceKind.Network || Format is not null) return null;
            if (Address.Misencoded(Url) is { } character)
            {
                return $"the address holds {Words(character)} where it must be percent-encoded: write %{(int)character:X2} for "
                    + "it in a user name or password, and %40 for an @ after the host.";
            }

            if (SourceFormats.Schemes.Contains(Scheme) && Url.StartsWith($"{Scheme}://", StringComparison.Ordinal)) return null;
            return "the address begins with no protocol that is supported. Begin it with "
                + $"{string.Join(", ", SourceFormats.Schemes.Select(scheme => $"{scheme}://"))}; "
                + "if it is a file, with file: or its folder.";
        }
    }

    /// <summary>Which of the configured options can't be set, null if all can.</summary>
    public static string? FixedOption(string given) =>
        Pairs(given).Select(pair => pair.Split('=')[0]).FirstOrDefault(SourceFormats.Fixed.Contains);

    /// <summary>
    /// The options to open it with, by FFmpeg's names: defaults for its kind, the device settings, and the configured options,
    /// which win.
    /// </summary>
    /// <exception cref="CaptureException">They or the address are malformed, or not allowed.</exception>
    public IReadOnlyDictionary<string, string> OpenOptions(CaptureOptions configured)
    {
        if (AddressError is { } error)
            throw new CaptureException(CaptureFailure.UnknownProtocol, $"{Name}: {error}");
        if (FixedOption(configured.Options) is { } option)
            throw new CaptureException(CaptureFailure.InvalidOption, $"Capture:Options: {NotAllowed(option)}");
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

        // By default FFmpeg receives on every address of the machine, whatever the URL says.
        if (Scheme is "udp" or "rtp" && OwnAddress() is { } own) options["localaddr"] = own;
        if (Kind == SourceKind.Device)
        {
            if (configured.Size is { } size) options["video_size"] = size.ToString();
            if (configured.Rate is { } rate) options["framerate"] = rate.ToString(CultureInfo.InvariantCulture);
            if (configured.PixelFormat is { } format) options["input_format"] = format;
        }

        string[] pairs = Pairs(configured.Options);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // Not shown: it can be the rest of a value with a blank.
                throw new CaptureException(
                    CaptureFailure.InvalidOption,
                    $"Capture:Options: entry {Array.IndexOf(pairs, pair) + 1} is not an option; "
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

        // Last, so that nothing configured lifts them.
        foreach ((string name, string value) in SourceFormats.Restrictions(Kind, Scheme)) options[name] = value;
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

    /// <summary>The sentence for an option that can't be set.</summary>
    public static string NotAllowed(string option) =>
        $"{option} can't be set, because it would let a video open other files or hosts. Remove it.";

    private string Scheme => Kind != SourceKind.Network ? "" : Format ?? Url.Split(':')[0];

    /// <summary>The URL's host if it is an address of this machine. A multicast group or a sender's address is not.</summary>
    private string? OwnAddress()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? uri)) return null;
        string host = uri.Host == "localhost" ? "127.0.0.1" : uri.Host.Trim('[', ']');
        if (!IPAddress.TryParse(host, out IPAddress? address) || IsShared(address)) return null;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return host;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static bool IsShared(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224);

    /// <summary>A path can be an address whose scheme was forgotten; then the name of no file would show its password.</summary>
    private static SourceAddress File(string path, string source)
    {
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        bool isAddress = colon >= 0 && path.IndexOf('@', colon) >= 0 && !System.IO.File.Exists(path);
        return new(SourceKind.File, FilePrefix + path, null, isAddress ? Address.Hidden : source);
    }

    private static string Words(char character) => char.IsWhiteSpace(character) ? "a blank" : $"\"{character}\"";

    private bool IsUdp => Url.StartsWith("udp:", StringComparison.Ordinal);

    private static string[] Pairs(string given) => given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
