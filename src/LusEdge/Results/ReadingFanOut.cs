using LusEdge.Aggregate;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>
/// Hands the pipeline's results to every listener. It calls none of them: each has a subscription and reads it at its own pace, so one that
/// is slow, hangs or fails delays neither a frame nor another listener.
/// </summary>
/// <param name="model">What grades the frames to begin with.</param>
/// <param name="time">The clock.</param>
public sealed class ReadingFanOut(ModelInUse model, TimeProvider time) : IReadingSink, IDisposable
{
    private readonly List<ReadingSubscription> _subscriptions = [];

    /// <summary>For another listener. All subscribe before the pipeline runs.</summary>
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

    /// <summary>The run is over: no more clips come.</summary>
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
