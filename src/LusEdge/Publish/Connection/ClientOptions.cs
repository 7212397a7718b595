using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LusEdge.Machine;
using LusEdge.Publish.Messages;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LusEdge.Publish.Connection;

/// <summary>How the device connects: rebuilt for each attempt, so a renewed password or certificate needs no restart.</summary>
internal static class ClientOptions
{
    /// <summary>
    /// Short, so that a dead device is announced within 8 s: the broker notices after one and a half times this, and then waits
    /// for the will's delay.
    /// </summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(4);

    /// <summary>A device that reconnects within this time does not count as lost.</summary>
    private const uint WillDelaySeconds = 2;

    /// <summary>MQTT's own limit for a password.</summary>
    private const long MaxPasswordBytes = ushort.MaxValue;

    /// <summary>All the authorities of an operating system take 0.3 MB.</summary>
    private const long MaxPemBytes = 4 << 20;

    /// <summary>The options of one attempt.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="clientId">The device's id; another while a service may run, which the broker would otherwise cut off.</param>
    /// <param name="availability">How the will is published.</param>
    /// <param name="will">The will: UTF-8 JSON.</param>
    /// <param name="timeout">For the broker's answer.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="CryptographicException">A file holds no certificate, or no matching key.</exception>
    public static MqttClientOptions For(
        MqttOptions options,
        string device,
        string clientId,
        TopicPolicy availability,
        ReadOnlySpan<byte> will,
        TimeSpan timeout)
    {
        return WithoutWill(options, clientId, timeout)
            // The will's delay ends with the session, so the session must last as long.
            .WithSessionExpiryInterval(WillDelaySeconds)
            .WithWillTopic(availability.Topic)
            .WithWillPayload(will.ToArray())
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .WithWillDelayInterval(WillDelaySeconds)
            .WithWillContentType("application/json")
            .WithWillPayloadFormatIndicator(MqttPayloadFormatIndicator.CharacterData)
            .WithWillUserProperty("schema", Bytes(availability.SchemaId))
            .WithWillUserProperty("dev", Bytes(device))
            .Build();
    }

    private static MqttClientOptionsBuilder WithoutWill(MqttOptions options, string clientId, TimeSpan timeout)
    {
        MqttClientOptionsBuilder builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(options.Host, options.Port)
            .WithClientId(clientId)
            .WithCleanStart()
            .WithKeepAlivePeriod(KeepAlive)
            .WithTimeout(timeout);
        if (options.Username is not null)
        {
            string? password = options.Password;
            if (password is null && options.PasswordFile is { } file)
                password = BoundedFile.ReadAllText(file, MaxPasswordBytes).TrimEnd('\r', '\n');
            builder.WithCredentials(options.Username, password is null ? null : System.Text.Encoding.UTF8.GetBytes(password));
        }

        if (options.Tls.Enabled) builder.WithTlsOptions(tls => Configure(tls, options));
        return builder;
    }

    private static void Configure(MqttClientTlsOptionsBuilder tls, MqttOptions options)
    {
        tls.UseTls().WithTargetHost(options.Host).WithRevocationMode(X509RevocationMode.NoCheck);
        if (options.Tls.CaFile is { } ca)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(BoundedFile.ReadAllText(ca, MaxPemBytes));
            tls.WithTrustChain(authorities);
        }

        if (options.Tls is { CertFile: { } certificate, KeyFile: { } key })
        {
            // The TLS stack needs the certificate and its key in one object; PEM gives two.
            using X509Certificate2 pem = X509Certificate2.CreateFromPem(
                BoundedFile.ReadAllText(certificate, MaxPemBytes), BoundedFile.ReadAllText(key, MaxPemBytes));
            tls.WithClientCertificates([X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)]);
        }
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
