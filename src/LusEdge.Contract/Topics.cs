namespace LusEdge.Contract;

/// <summary>The topics of one device. No exam, zone or patient ever appears in a topic.</summary>
/// <param name="site">The site's opaque code: lower-case letters, digits and hyphens.</param>
/// <param name="device">The device id, for instance <c>lus-0123456789ab</c>.</param>
public sealed class Topics(string site, string device)
{
    /// <summary>The site's code.</summary>
    public string Site { get; } = site;

    /// <summary>The device's id.</summary>
    public string Device { get; } = device;

    /// <summary>The start of every topic of the device, without a trailing slash.</summary>
    public string Prefix { get; } = $"lus/v1/{site}/{device}";

    /// <summary><see cref="InfoMessage"/>: QoS 1, retained.</summary>
    public string Info { get; } = $"lus/v1/{site}/{device}/info";

    /// <summary><see cref="AvailabilityMessage"/>: QoS 1, retained, and the connection's will.</summary>
    public string Availability { get; } = $"lus/v1/{site}/{device}/availability";

    /// <summary><see cref="LiveMessage"/>: QoS 0, retained, expires after 3 s.</summary>
    public string Live { get; } = $"lus/v1/{site}/{device}/live";

    /// <summary><see cref="FrameMessage"/>: QoS 0, expires after 2 s.</summary>
    public string Frame { get; } = $"lus/v1/{site}/{device}/frame";

    /// <summary><see cref="FramesMessage"/>: QoS 0, expires after 5 s.</summary>
    public string Frames { get; } = $"lus/v1/{site}/{device}/frames";

    /// <summary><see cref="ClipMessage"/>: QoS 1, expires 7 days after the clip.</summary>
    public string Clip { get; } = $"lus/v1/{site}/{device}/event/clip";

    /// <summary><see cref="HealthMessage"/>: QoS 1, retained.</summary>
    public string Health { get; } = $"lus/v1/{site}/{device}/health";

    /// <summary><see cref="MetricsMessage"/>: QoS 0, expires after 60 s.</summary>
    public string Metrics { get; } = $"lus/v1/{site}/{device}/metrics";
}
