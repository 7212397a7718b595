using System.Text.RegularExpressions;

namespace LusEdge.FFmpeg;

/// <summary>Keeps user names, passwords and keys of URLs out of messages and logs.</summary>
public static partial class Credentials
{
    /// <summary>The text with <c>***</c> in place of every URL's user info and of query values whose name says that they are secret.</summary>
    /// <param name="text">A URL, or any text that may hold some.</param>
    public static string Mask(string text) => SecretValue().Replace(UserInfo().Replace(text, "***"), "***");

    // Greedy up to the last @ before the path: a password may hold an @ itself.
    [GeneratedRegex(@"(?<=://)[^/?#\s]+(?=@)")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?<=[?&][^=&\s]*(?:pass|pwd|secret|token|key|auth|sig|user|streamid)[^=&\s]*=)[^&\s'""]+", RegexOptions.IgnoreCase)]
    private static partial Regex SecretValue();
}
