namespace LusEdge.FFmpeg;

/// <summary>
/// Keeps a source from opening anything but itself: a file opens no second file, and a network source asks only its own host,
/// over HTTP or its own protocol. FFmpeg's whitelists can't compare hosts, so this reads the log lines in which FFmpeg announces
/// a second URL, and interrupts it before it sends the request. The lines are the same from 4.3 to 9.0.
/// </summary>
/// <param name="url">The source's URL, as FFmpeg gets it.</param>
/// <param name="deadline">Interrupted by a foreign reference.</param>
internal sealed class ReferenceGuard(string url, ReadDeadline deadline)
{
    /// <summary>Longer than any URL that FFmpeg opens, with what it prints around it.</summary>
    public const int LongestLine = 8192;

    private const string Location = "Location:";

    /// <summary>Whether a line of this printf format can announce a reference.</summary>
    public static bool CanAnnounce(ReadOnlySpan<byte> format) =>
        format.StartsWith("Opening '%s' for %s"u8)
        || format.StartsWith("header='%s'"u8)
        || format.StartsWith("HLS request for url '%s'"u8)
        || format.StartsWith("Status %d: Redirecting to %s"u8);

    /// <summary>Interrupts the source if a line announces a reference to anything but the source.</summary>
    /// <param name="line">A line whose format <see cref="CanAnnounce"/> a reference.</param>
    /// <returns>The foreign reference, null if there is none.</returns>
    public string? Check(string line)
    {
        if (Announced(line) is not { } reference || Allows(reference)) return null;
        deadline.Refuse();
        return reference;
    }

    /// <summary>Whether a URL, absolute or relative, belongs to the source.</summary>
    internal bool Allows(string reference)
    {
        if (reference == url) return true;
        (string scheme, string? host) = Split(url);

        // Only a network source may refer to anything. "crypto+" is how FFmpeg names an encrypted HLS segment.
        if (host is null) return false;
        (string toScheme, string? toHost) = Split(
            reference.StartsWith("crypto+", StringComparison.Ordinal) ? reference["crypto+".Length..] : reference);
        bool isRelative = toScheme.Length == 0;
        if (isRelative && toHost is null) return true;
        return (isRelative || toScheme is "http" or "https" || toScheme == scheme)
            && string.Equals(host, toHost, StringComparison.OrdinalIgnoreCase);
    }

    private static string? Announced(string line)
    {
        if (After("Opening '") is { } opening)
            return opening[..Math.Max(0, opening.LastIndexOf("' for ", StringComparison.Ordinal))];
        if (After("HLS request for url '") is { } segment) return segment.Split("', offset")[0];
        if (After("Redirecting to ") is { } moved) return moved;
        return After("header='") is { } header && header.StartsWith(Location, StringComparison.OrdinalIgnoreCase)
            ? header[Location.Length..].TrimEnd('\'').Trim()
            : null;

        string? After(string words)
        {
            int at = line.IndexOf(words, StringComparison.Ordinal);
            return at < 0 ? null : line[(at + words.Length)..].TrimEnd();
        }
    }

    /// <summary>A URL's scheme (empty if it is relative) and host (null if it names none), read as FFmpeg reads them.</summary>
    private static (string Scheme, string? Host) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int end = text.AsSpan().IndexOfAny("/?#");
        bool isAbsolute = colon >= 0 && (end < 0 || colon < end);
        (string scheme, string rest) = isAbsolute ? (text[..colon], text[(colon + 1)..]) : ("", text);
        if (!rest.StartsWith("//", StringComparison.Ordinal)) return (scheme, null);
        string authority = rest[2..];
        int path = authority.AsSpan().IndexOfAny("/?#");
        if (path >= 0) authority = authority[..path];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        int port = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) + 1
            : authority.IndexOf(':', StringComparison.Ordinal);
        return (scheme, port > 0 ? authority[..port] : authority);
    }
}
