namespace LusEdge.Contract;

/// <summary>What the device is (topic <c>info</c>, retained): published on every connect, and when another model takes over.</summary>
public sealed record InfoMessage : Message
{
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset T { get; init; }

    /// <summary>The state of the clock; null when unknown.</summary>
    public ClockStatus? Clk { get; init; }

    /// <summary>The site's code.</summary>
    public required string Site { get; init; }

    /// <summary>The device's id.</summary>
    public required string Dev { get; init; }

    /// <summary>The machine.</summary>
    public required HardwareInfo Hardware { get; init; }

    /// <summary>The program.</summary>
    public required SoftwareInfo Software { get; init; }

    /// <summary>What grades the frames.</summary>
    public required ModelInfo Model { get; init; }

    /// <summary>The <c>$id</c> of the schema in docs/schemas/v1 of each topic's messages, by topic below the device.</summary>
    public required IReadOnlyDictionary<string, string> Schemas { get; init; }

    /// <summary>The topics below the device that this device publishes.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>Always true: see <see cref="Disclaimer"/>.</summary>
    public bool ResearchUseOnly { get; init; } = true;

    /// <summary>The sentence to show wherever a result is shown.</summary>
    public string Disclaimer { get; init; } = Contract.Disclaimer.Text;
}
