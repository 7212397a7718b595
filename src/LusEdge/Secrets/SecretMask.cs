using System.Text.RegularExpressions;

namespace LusEdge.Secrets;

/// <summary>
/// Masks texts of others (FFmpeg, the MQTT library, the system) before they are shown. It knows the configured values that can
/// hold secrets, and masks them, their parts, and everything in the form of a URL.
/// </summary>
public sealed partial class SecretMask
{
    /// <summary>Shorter parts occur in ordinary words, and don't give a secret away.</summary>
    private const int ShortestPart = 4;

    private readonly (string Secret, string Shown)[] _secrets;

    private SecretMask(IEnumerable<(string Secret, string Shown)> secrets) =>
        _secrets = [.. secrets.Where(s => s.Secret.Length > 0).Distinct().OrderByDescending(s => s.Secret.Length)];

    /// <summary>The mask of a video source.</summary>
    /// <param name="source">Capture:Source. Only a URL has secrets.</param>
    /// <param name="options">Capture:Options: their values can be pass phrases or headers.</param>
    public static SecretMask OfSource(string source, string options)
    {
        IEnumerable<string> values = Words(options).Select(pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        IEnumerable<(string, string)> secrets = values
            .SelectMany(value => (string[])[value, .. Word().Split(value)])
            .Where(IsLong)
            .Select(part => (part, Address.Hidden));
        return new SecretMask(Address.IsUrl(source) ? [.. secrets, .. Parts(source)] : secrets);
    }

    /// <summary>The mask of a broker.</summary>
    /// <param name="host">Mqtt:Host.</param>
    /// <param name="others">Values that are not shown at all; null if not set.</param>
    public static SecretMask OfBroker(string host, params IEnumerable<string?> others)
    {
        IEnumerable<(string, string)> hidden = others.OfType<string>().Where(IsLong).Select(value => (value, Address.Hidden));
        string shown = Address.ShowHost(host);
        return new SecretMask(shown == host ? hidden : [.. hidden, (host, shown), .. Parts(host)]);
    }

    /// <summary>Masks everything that has the form of a URL, in a text whose secrets are not known.</summary>
    public static string MaskUrls(string text) => UrlInText().Replace(text, match =>
    {
        string url = match.Value.TrimEnd('.', ',', ';', ':', ')', ']', '\'', '"', '!', '>', '`');
        return url.StartsWith("file:", StringComparison.Ordinal)
            ? match.Value
            : Address.Show(url.Replace("\\", "", StringComparison.Ordinal)) + match.Value[url.Length..];
    });

    /// <summary>Masks a text that may hold the secrets.</summary>
    public string Mask(string text)
    {
        foreach ((string secret, string shown) in _secrets) text = text.Replace(secret, shown, StringComparison.Ordinal);
        return MaskUrls(text);
    }

    /// <summary>
    /// A URL and its parts, down to single words, except for the host: servers and FFmpeg repeat them singly, and encoded.
    /// </summary>
    private static IEnumerable<(string Secret, string Shown)> Parts(string url)
    {
        string shown = Address.Show(url);
        string[] visible = [.. Delimiter().Split(shown), .. Word().Split(shown)];
        string[] written = [url, Uri.UnescapeDataString(url)];
        return
        [
            (url, shown),
            .. written.SelectMany(text => (string[])[.. Delimiter().Split(text), .. Word().Split(text)])
                .Where(part => IsLong(part) && !visible.Contains(part))
                .Select(part => (part, Address.Hidden)),
        ];
    }

    private static bool IsLong(string part) => part.Length >= ShortestPart;

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"[:/?#@&=;,\s\[\]]+")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"[^\p{L}\p{Nd}]+")]
    private static partial Regex Word();

    // In a filter graph, colons are escaped.
    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*\\*:\\*/\S*")]
    private static partial Regex UrlInText();
}
