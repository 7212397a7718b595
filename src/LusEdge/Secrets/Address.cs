using System.Net;
using System.Text.RegularExpressions;

namespace LusEdge.Secrets;

/// <summary>
/// What may be shown of an address: scheme, host and port. Everything else can hold a secret, because vendors put passwords,
/// PINs and stream keys into user info, paths and queries alike.
/// </summary>
public static partial class Address
{
    /// <summary>Stands for what is not shown.</summary>
    public const string Hidden = "***";

    /// <summary>Shows a URL as <c>scheme://host:port</c>, followed by <c>/***</c> if there is more.</summary>
    /// <param name="url">A URL, well formed or not. If it is unclear which part is the host, that is not shown either.</param>
    public static string Show(string url)
    {
        if (Split(url) is not (string scheme, string authority, string tail)) return Hidden;
        string place = authority[(authority.LastIndexOf('@') + 1)..];

        // An @ in the tail may end the user info, if the password has a raw slash, say.
        if (tail.Contains('@') || !Place().IsMatch(place)) return $"{scheme}://{Hidden}";
        return $"{scheme}://{place}{(tail is "" or "/" ? "" : $"/{Hidden}")}";
    }

    /// <summary>Shows the value of a key that should hold a host: itself if it is a name or an address.</summary>
    public static string ShowHost(string host) =>
        Name().IsMatch(host) || IPAddress.TryParse(host, out _) ? host
        : IsUrl(host) ? Show(host)
        : Hidden;

    /// <summary>Whether a text is, or was meant to be, a URL: <c>rtsp:/host</c> and <c> rtsp://host</c> count.</summary>
    public static bool IsUrl(string text) => Url().IsMatch(text);

    /// <summary>
    /// The first character that must be percent-encoded but isn't: a blank, or one that ends the user name and password early.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public static char? Misencoded(string url)
    {
        if (Split(url) is not (_, string authority, string tail)) return null;
        foreach (char c in authority + tail)
        {
            if (char.IsWhiteSpace(c)) return c;
        }

        // Without a colon or an @ before it, the @ can only belong to the path or the query.
        if (tail.Contains('@') && authority.AsSpan().ContainsAny(":@")) return tail[0];
        return authority.IndexOf('@', StringComparison.Ordinal) != authority.LastIndexOf('@') ? '@' : null;
    }

    private static (string Scheme, string Authority, string Tail)? Split(string url)
    {
        Match match = Url().Match(url);
        return match.Success ? (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value) : null;
    }

    [GeneratedRegex(@"^\s*([A-Za-z][A-Za-z0-9+.-]*):/+([^/?#]*)(.*)$", RegexOptions.Singleline)]
    private static partial Regex Url();

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(:[0-9]{1,5})?\z")]
    private static partial Regex Place();

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z")]
    private static partial Regex Name();
}
