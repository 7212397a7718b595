using System.Text.RegularExpressions;

namespace LusEdge.FFmpeg;

/// <summary>Keeps user names, passwords and keys in URLs out of messages and logs.</summary>
public static partial class Credentials
{
    /// <summary>Replaces every URL's user info, and query values whose names suggest a secret, with <c>***</c>.</summary>
    /// <param name="text">A URL, or any text that may contain URLs.</param>
    public static string Mask(string text) => SecretValue().Replace(UserInfo().Replace(text, "***"), "***");

    // Greedy up to the last @ before the path, because a password can contain an @.
    [GeneratedRegex(@"(?<=://)[^/?#\s]+(?=@)")]
    private static partial Regex UserInfo();

    [GeneratedRegex(
        @"(?<=[?&][^=&\s]*(?:pass|pwd|secret|token|key|auth|sig|user|streamid)[^=&\s]*=)[^&\s'""]+",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretValue();
}
