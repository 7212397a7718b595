namespace LusEdge.Publish.Connection;

/// <summary>Encryption to the broker. The files are read at each connect, so a renewed certificate needs no restart.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>Whether to use TLS.</summary>
    /// <value>False by default.</value>
    public bool Enabled { get; init; }

    /// <summary>PEM file with the authorities trusted to sign the broker's certificate.</summary>
    /// <value>None by default: those of the operating system.</value>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the device's certificate, for a broker that asks for one.</summary>
    /// <value>None by default.</value>
    public string? CertFile { get; init; }

    /// <summary>PEM file with the private key of <see cref="CertFile"/>.</summary>
    /// <value>None by default.</value>
    public string? KeyFile { get; init; }
}
