using System.ComponentModel.DataAnnotations;
using System.Net;

namespace LusEdge.Publish.Connection;

/// <summary>
/// The broker's host: a name or an address and nothing else, because the other parts of a URL have keys of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BrokerHostAttribute : ValidationAttribute
{
    private const string Elsewhere =
        "The port goes in Mqtt:Port, the user in Mqtt:Username and Mqtt:PasswordFile; Mqtt:Tls:Enabled turns on TLS.";

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is not string { Length: > 0 } host || Flaw(host) is null;

    /// <summary>What is wrong with a host and what to write instead; null if it can be one.</summary>
    /// <param name="host">Mqtt:Host. It may hold a password by mistake, so no more than the host's name is repeated.</param>
    public static string? Flaw(string host)
    {
        if (IsHost(host)) return null;
        // Whatever is before or after an @ can be a part of a password.
        if (host.Contains('@', StringComparison.Ordinal))
            return $"it has an @, as a URL with a user has. Write only the broker's name or address. {Elsewhere}";
        int scheme = host.IndexOf("://", StringComparison.Ordinal);
        string authority = scheme < 0 ? host : host[(scheme + 3)..];
        string name = authority.Split('/', '?', '#')[0];
        if (name.StartsWith('[')) name = name[1..].Split(']')[0];
        else if (!IPAddress.TryParse(name, out _)) name = name.Split(':')[0];
        string what = scheme >= 0 ? "it is a URL"
            : host.Any(char.IsWhiteSpace) ? "it has a blank or a line break"
            : name != host && IsHost(name) ? "it has a port, a path or brackets"
            : "it is not the name or address of a host";
        return IsHost(name)
            ? $"{what}. Write only \"{name}\". {Elsewhere}"
            : $"{what}. Write only the broker's name or address. {Elsewhere}";
    }

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= 255
        && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%')
        && Uri.CheckHostName(text) != UriHostNameType.Unknown;
}
