using LusEdge.Aggregate;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>
/// Hands the pipeline's results to every listener, without calling any: each reads its subscription at its own pace, so a
/// listener that is slow, hangs or fails delays neither a frame nor another listener.
/// </summary>
/// <param name="model">The model that grades the first frames.</param>
/// <param name="time">The clock.</param>
public sealed class ReadingFanOut(ModelInUse model, TimeProvider time) : IReadingSink, IDisposable
{
    private readonly List<ReadingSubscription> _subscriptions = [];

    /// <summary>Adds a listener. All must subscribe before the pipeline runs.</summary>
    public ReadingSubscription Subscribe()
    {
        var subscription = new ReadingSubscription(model, time);
        _subscriptions.Add(subscription);
        return subscription;
    }

    /// <inheritdoc/>
    public void Frame(in FrameReading reading)
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Write(reading);
    }

    /// <inheritdoc/>
    public void Announce(in Announcement announcement)
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Write(announcement);
    }

    /// <inheritdoc/>
    public void Clip(ClipSummary summary)
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Write(summary);
    }

    /// <inheritdoc/>
    public void Model(ModelInUse model)
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Use(model);
    }

    /// <summary>The run is over: there are no more clips.</summary>
    public void Complete()
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ReadingSubscription subscription in _subscriptions) subscription.Dispose();
    }
}
