using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Publish;

/// <summary>From what is known of the parts to the reasons that a technician reads; docs/mqtt.md lists the codes.</summary>
internal static class HealthReasons
{
    /// <summary>A feed that loses more of its frames than this to load is not graded as it should be.</summary>
    public const double TolerableOverload = 0.1;

    /// <summary>The reasons, in a fixed order.</summary>
    /// <param name="silence">What the pipeline says while no frame comes, null while frames come.</param>
    /// <param name="model">What grades the frames.</param>
    /// <param name="overloadShare">Share of the last period's frames that were dropped because the pipeline was not free.</param>
    /// <param name="store">The events.</param>
    /// <param name="nobodyTakes">Events are kept because nobody subscribes to them.</param>
    /// <param name="refusedTopic">A topic of the device's own that the broker refuses, or null.</param>
    /// <param name="refusedModel">Why a model that was activated is refused, or null.</param>
    public static IReadOnlyList<HealthReason> Of(
        Silence? silence, ModelInUse model, double overloadShare, EventStore store, bool nobodyTakes, string? refusedTopic, string? refusedModel = null)
    {
        var reasons = new List<HealthReason>();
        if (silence?.State == FrameState.Failed)
            Add("pipeline_failed", HealthStatus.Failed, silence.Cause is { } fault ? $"Grading has stopped: {fault}" : "Grading has stopped. The device's log says why.");
        if (store.Trouble is { } trouble)
            Add("event_store_failed", HealthStatus.Failed, $"Events can't be kept ({trouble}); {store.NotStored} were lost since the start. Make room on the device's disk.");
        if (silence?.State == FrameState.NoSignal)
            Add("no_signal", HealthStatus.Degraded, silence.Cause is { } cause ? $"No frame is coming: {cause}" : "No frame is coming. Check the scanner and its cable.");
        if (overloadShare > TolerableOverload)
            Add("overload", HealthStatus.Degraded, FormattableString.Invariant($"{overloadShare * 100:0} % of the frames are dropped because {model.Provider} ({model.Precision}) is too slow for this feed. Lower the feed's rate or use a faster provider."));
        if (store.Discarded > 0)
            Add("event_store_full", HealthStatus.Degraded, $"{store.Discarded} of the oldest events gave way unsent since the start. Check why nobody takes them, or raise Mqtt:EventsMaxBytes.");
        if (store.Refused > 0)
            Add("events_refused", HealthStatus.Degraded, $"The broker refuses {store.Refused} events: they are set aside until the next start. Allow the device to publish below its own prefix.");
        if (nobodyTakes)
            Add("events_unheard", HealthStatus.Degraded, $"Nobody subscribes to the device's events: {store.Depth} are kept. Start the consumer.");
        if (refusedTopic is not null)
            Add("topic_refused", HealthStatus.Degraded, $"The broker refuses {refusedTopic}. Allow the device to publish below its own prefix.");
        if (refusedModel is not null)
            Add("model_refused", HealthStatus.Degraded, $"The model that was activated is refused, and {model.Reference} goes on: {refusedModel}");
        if (model.SignatureFlaw is { } flaw)
            Add("model_unsigned", HealthStatus.Degraded, $"Nobody who is trusted vouches for the model that serves: {flaw}");
        if (model.RequestedProvider == "auto" && model.Refused.Count > 0)
            Add("provider_fallback", HealthStatus.Ok, $"Running on {model.Provider}; refused: {string.Join(", ", model.Refused.Keys)}. The info message says why.");
        if (model.DemonstrationOnly)
            Add("demonstration_model", HealthStatus.Ok, "The model was trained on synthetic pictures: for demonstration only.");
        return reasons;

        void Add(string code, HealthStatus status, string detail) => reasons.Add(new HealthReason(code, status, detail));
    }
}
