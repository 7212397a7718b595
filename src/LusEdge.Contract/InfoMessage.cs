namespace LusEdge.Contract;

/// <summary>
/// What the device is (topic <c>info</c>, retained): published on every connect, and when another model takes over.
/// </summary>
public sealed record InfoMessage : Message
{
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The state of the clock; null if unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The site's code.</summary>
    public required string Site { get; init; }

    /// <summary>The device's id.</summary>
    public required string Dev { get; init; }

    /// <summary>The machine.</summary>
    public required HardwareInfo Hardware { get; init; }

    /// <summary>The program.</summary>
    public required SoftwareInfo Software { get; init; }

    /// <summary>The model that grades the frames.</summary>
    public required ModelInfo Model { get; init; }

    /// <summary>The <c>$id</c> of each topic's schema in docs/schemas/v1, by topic below the device.</summary>
    public required IReadOnlyDictionary<string, string> Schemas { get; init; }

    /// <summary>The topics that this device publishes, below its prefix.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>Always true: see <see cref="Disclaimer"/>.</summary>
    public bool ResearchUseOnly { get; init; } = true;

    /// <summary>To be shown wherever a result is shown.</summary>
    public string Disclaimer { get; init; } = Contract.Disclaimer.Text;
}
