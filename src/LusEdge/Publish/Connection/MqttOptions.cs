using System.ComponentModel.DataAnnotations;
using System.Net;
using LusEdge.Machine;
using LusEdge.Publish.Messages;
using LusEdge.Secrets;

namespace LusEdge.Publish.Connection;

/// <summary>Where and how results are published.</summary>
public sealed record MqttOptions
{
    /// <summary>Which broker the results go to.</summary>
    /// <value>The site's by default.</value>
    public MqttMode Mode { get; init; } = MqttMode.External;

    /// <summary>Name or address of the site's broker. The embedded broker is always on 127.0.0.1.</summary>
    /// <value>127.0.0.1 by default: a broker, or a bridge to one, on the same machine.</value>
    [Required]
    [BrokerHost]
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port of the broker. If it is in use, the embedded broker takes the next free one.</summary>
    /// <value>1883 by default; 8883 is usual with TLS.</value>
    [Range(1, 65_535)]
    public int Port { get; init; } = 1883;

    /// <summary>WebSocket port of the embedded broker, path <c>/mqtt</c>; the next free one if it is in use.</summary>
    /// <value>9001 by default.</value>
    [Range(1, 65_535)]
    public int WebSocketPort { get; init; } = 9001;

    /// <summary>An opaque code for the site: the third level of every topic. Never a patient's or a person's name.</summary>
    /// <value>"site" by default.</value>
    [Required]
    [RegularExpression(
        "[a-z0-9-]{1,64}",
        ErrorMessage = "Site must be 1 to 64 lower-case letters, digits or hyphens, because it becomes part of a topic.")]
    public string Site { get; init; } = "site";

    /// <summary>How single frames are published.</summary>
    /// <value>Each frame as it is graded, by default.</value>
    public FrameDelivery Frames { get; init; } = FrameDelivery.Each;

    /// <summary>The device's user name on the broker.</summary>
    /// <value>None by default.</value>
    [RegularExpression(
        "[^\\u0000-\\u001f\\u007f]*", ErrorMessage = "Username must not have control characters, such as a line break.")]
    public string? Username { get; init; }

    /// <summary>A file that holds only the password, for instance a systemd credential. Read again at each connect.</summary>
    /// <value>None by default.</value>
    public string? PasswordFile { get; init; }

    /// <summary>The password itself: the embedded broker's. Not a key of the configuration, and never printed.</summary>
    internal string? Password { get; init; }

    /// <summary>Encryption to the broker.</summary>
    public MqttTlsOptions Tls { get; init; } = new();

    /// <summary>
    /// The file that keeps events until the broker has acknowledged them and answered a later ping. Its folder is created if it
    /// does not exist.
    /// </summary>
    /// <value>/var/lib/lusedge/events.db by default.</value>
    [Required]
    public string EventsDatabase { get; init; } = "/var/lib/lusedge/events.db";

    /// <summary>
    /// Maximum size of <see cref="EventsDatabase"/> in bytes; its write-ahead log takes up to a few hundred kilobytes more. When
    /// it is full, the oldest events are discarded and counted. Keep it well below the free space.
    /// </summary>
    /// <value>64 MiB by default: a clip every six seconds for about a week.</value>
    [Range(65_536L, 1L << 40)]
    public long EventsMaxBytes { get; init; } = 64L << 20;

    /// <summary>Maximum rate, per second, at which stored events are sent once the broker is back.</summary>
    /// <value>100 by default: four times the rate of a live feed at 25 frames per second, so live readings stay ahead.</value>
    [Range(1, 10_000)]
    public int MaxResendsPerSecond { get; init; } = 100;

    /// <summary>These options for the embedded broker, once it has started.</summary>
    /// <param name="port">Its TCP port, which may differ from the configured one.</param>
    /// <param name="password">Proves to it that this is the service. The user name is of no account.</param>
    public MqttOptions ForEmbedded(int port, string password) =>
        this with { Host = IPAddress.Loopback.ToString(), Port = port, Username = "lusedge", Password = password };

    /// <summary>
    /// Errors across keys that are individually valid: one sentence each, which begins with a key and names every key that it is
    /// about.
    /// </summary>
    public IEnumerable<string> Errors()
    {
        if (Username is null && PasswordFile is not null)
            yield return "Mqtt:PasswordFile: there is no user name to go with it. Set Mqtt:Username, or remove this key.";
        if (PasswordFile is not null && !BoundedFile.Exists(PasswordFile)) yield return Missing("PasswordFile");
        if (Mode == MqttMode.Embedded && Tls.Enabled)
            yield return "Mqtt:Tls:Enabled: the embedded broker has no TLS. Set it to false, or set Mqtt:Mode to external.";
        if (Mode == MqttMode.Embedded && Username is not null)
            yield return "Mqtt:Username: the embedded broker has no users. Remove it, or set Mqtt:Mode to external.";
        if (Mode == MqttMode.Embedded && Port == WebSocketPort)
            yield return "Mqtt:WebSocketPort: it is the same as Mqtt:Port, and Mqtt:Mode is embedded. Choose another.";
        if (!Tls.Enabled)
        {
            if ((Tls.CaFile ?? Tls.CertFile ?? Tls.KeyFile) is not null)
            {
                yield return "Mqtt:Tls:Enabled: TLS is off, but certificates are set (Mqtt:Tls:CaFile, Mqtt:Tls:CertFile, "
                    + "Mqtt:Tls:KeyFile). Set it to true, or remove them.";
            }

            yield break;
        }

        if (Tls.CertFile is not null && Tls.KeyFile is null)
            yield return "Mqtt:Tls:KeyFile: Mqtt:Tls:CertFile needs its private key. Set it to the key's PEM file.";
        if (Tls.KeyFile is not null && Tls.CertFile is null)
            yield return "Mqtt:Tls:CertFile: Mqtt:Tls:KeyFile needs its certificate. Set it to the certificate's PEM file.";
        if (Tls.CaFile is not null && !BoundedFile.Exists(Tls.CaFile)) yield return Missing("Tls:CaFile");
        if (Tls.CertFile is not null && !BoundedFile.Exists(Tls.CertFile)) yield return Missing("Tls:CertFile");
        if (Tls.KeyFile is not null && !BoundedFile.Exists(Tls.KeyFile)) yield return Missing("Tls:KeyFile");
    }

    /// <summary>Masks texts of the client library and the system, which can repeat these options.</summary>
    internal SecretMask Mask() => SecretMask.OfBroker(Host, Username, PasswordFile);

    // Without the path, which might be a password that was written in the wrong place.
    private static string Missing(string key) =>
        $"Mqtt:{key}: the file does not exist, can't be read or is not a regular file. Create it or correct the path.";
}
