using LusEdge.Contract;

namespace LusEdge.Health;

/// <summary>
/// One thing that can be wrong. docs/mqtt.md has a line for each, with what clears it; a test compares the two.
/// </summary>
/// <param name="Name">For programs, in snake_case.</param>
/// <param name="Status">Its severity; ok for a remark.</param>
public sealed record HealthCode(string Name, HealthStatus Status)
{
    /// <summary>Grading has stopped.</summary>
    public static readonly HealthCode PipelineFailed = new("pipeline_failed", HealthStatus.Failed);

    /// <summary>Events can't be written to the disk.</summary>
    public static readonly HealthCode EventStoreFailed = new("event_store_failed", HealthStatus.Failed);

    /// <summary>No frame is coming.</summary>
    public static readonly HealthCode NoSignal = new("no_signal", HealthStatus.Degraded);

    /// <summary>The pipeline can't give a score in time.</summary>
    public static readonly HealthCode Stale = new("stale", HealthStatus.Degraded);

    /// <summary>The picture has another size than the sector was set for.</summary>
    public static readonly HealthCode ModeChanged = new("mode_changed", HealthStatus.Degraded);

    /// <summary>More than a tenth of the frames are dropped because the pipeline is busy.</summary>
    public static readonly HealthCode Overload = new("overload", HealthStatus.Degraded);

    /// <summary>The broker does not allow what the device needs.</summary>
    public static readonly HealthCode BrokerUnsuitable = new("broker_unsuitable", HealthStatus.Degraded);

    /// <summary>Another box has the same device id.</summary>
    public static readonly HealthCode DuplicateDevice = new("duplicate_device", HealthStatus.Degraded);

    /// <summary>The event store is full, and the oldest events were discarded.</summary>
    public static readonly HealthCode EventStoreFull = new("event_store_full", HealthStatus.Degraded);

    /// <summary>The event store's file was deleted or replaced while the service was running.</summary>
    public static readonly HealthCode EventStoreReplaced = new("event_store_replaced", HealthStatus.Degraded);

    /// <summary>A stored event was found damaged.</summary>
    public static readonly HealthCode EventsDamaged = new("events_damaged", HealthStatus.Degraded);

    /// <summary>The broker refuses events.</summary>
    public static readonly HealthCode EventsRefused = new("events_refused", HealthStatus.Degraded);

    /// <summary>Nobody subscribes to events.</summary>
    public static readonly HealthCode EventsUnheard = new("events_unheard", HealthStatus.Degraded);

    /// <summary>The broker refuses another topic.</summary>
    public static readonly HealthCode TopicRefused = new("topic_refused", HealthStatus.Degraded);

    /// <summary>A message exceeds the broker's maximum packet size.</summary>
    public static readonly HealthCode PacketTooLarge = new("packet_too_large", HealthStatus.Degraded);

    /// <summary>The activated model was refused.</summary>
    public static readonly HealthCode ModelRefused = new("model_refused", HealthStatus.Degraded);

    /// <summary>No trusted key signed the model in use.</summary>
    public static readonly HealthCode ModelUnsigned = new("model_unsigned", HealthStatus.Degraded);

    /// <summary>The preferred provider does not work here.</summary>
    public static readonly HealthCode ProviderFallback = new("provider_fallback", HealthStatus.Ok);

    /// <summary>The model was trained on synthetic pictures.</summary>
    public static readonly HealthCode DemonstrationModel = new("demonstration_model", HealthStatus.Ok);

    /// <summary>Every code, worst first: the order in which reports list them.</summary>
    public static readonly IReadOnlyList<HealthCode> All =
    [
        PipelineFailed,
        EventStoreFailed,
        NoSignal,
        Stale,
        ModeChanged,
        Overload,
        BrokerUnsuitable,
        DuplicateDevice,
        EventStoreFull,
        EventStoreReplaced,
        EventsDamaged,
        EventsRefused,
        EventsUnheard,
        TopicRefused,
        PacketTooLarge,
        ModelRefused,
        ModelUnsigned,
        ProviderFallback,
        DemonstrationModel,
    ];
}
